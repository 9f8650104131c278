# 文件和订阅。
files-take-in = { $period }填报截止
files-object = { $period }初步结果异议截止
files-import-figures = 交数据表
files-import-about = CSV 或 XLSX,长表或宽表都可以。先看读出了什么;有一处错,整张表都不收。
files-findings = 表里的问题
files-more-findings = 另有 { $n } 个问题没有列出。
files-period = 哪一期
files-file = 文件
files-table = 或者把表贴在这里(CSV)
files-read = 读出 { $n } 个数。
files-look = 先看看
files-hand-in = 确认交表
files-handed-in = 数据表已交。
