# 文件和订阅。
files-take-in = { $period }填报截止
files-object = { $period }初步结果异议截止
