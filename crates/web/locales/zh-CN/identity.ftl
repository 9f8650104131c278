# 登录、账号。
sign-in = 登录
sign-out = 退出
login-name = 登录名
password = 密码
demo-accounts = 演示账号
demo-what-for = 用来看
