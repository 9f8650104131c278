# 登录、账号。
sign-in = 登录
sign-out = 退出
login-name = 登录名
password = 密码
demo-accounts = 演示账号
demo-what-for = 用来看
identity-code-optional = 验证码(开启了才填)
identity-code-note = 验证器上的六位数字,或一个备用码。
