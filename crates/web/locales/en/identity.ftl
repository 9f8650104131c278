# Signing in, accounts.
sign-in = Sign in
sign-out = Sign out
login-name = Login name
password = Password
demo-accounts = Demo accounts
demo-what-for = What it is for
