# Signing in, accounts.
sign-in = Sign in
sign-out = Sign out
login-name = Login name
password = Password
demo-accounts = Demo accounts
demo-what-for = What it is for
identity-code-optional = Code (only if you turned it on)
identity-code-note = The six digits your authenticator shows, or one of your recovery codes.
