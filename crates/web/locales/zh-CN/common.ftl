# 各页共用的话。
skip-to-content = 跳到正文
navigation = 导航
demo-banner = 演示:单位、人员和数字都是虚构的;这里的今天是{ $day }。
footer = 评价自愿,不打卡、不定位、不排个人名次。没有被点名,不等于做得不好。
problem-code = 代码:{ $code }
to-start = 回首页
nav-home = 首页
done = 已办好。
