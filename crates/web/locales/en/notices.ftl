# Notices.
notices = Notices by mail
notices-lead = If you give an address you get one mail a working day, in the morning, with what is due and late of your own duties; none if there is nothing, none at night. No mail names anyone else, and nobody sees whether you read it.
notices-mail = Mail address (optional)
notices-want-digest = Once a day: what is due within two days, and late
notices-want-decided = When an objection I raised is decided
notices-lang = Language of the mail
notices-keep = Keep
notices-kept = What you want to be told is kept.
notices-digest = { $n ->
    [one] One thing is due
   *[other] { $n } things are due
}
notices-decided = An objection you raised is decided
notices-work = Work to answer or finish
notices-until = Due { $day }
notices-late = Late: was due { $day }
notices-more = { $n ->
    [one] One more is on “My month”.
   *[other] { $n } more are on “My month”.
}
notices-why-digest = You get this because you asked for it; change or end it on { $where }
notices-why-decided = You get this because you raised the objection; change or end it on { $where }
notices-board = Due and late, { $day }
notices-forms-soon = Forms due within two days: { $n }
notices-forms-late = Forms late: { $n }
notices-work-late = Work late: { $n }
notices-objections-late = Objections late: { $n }
notices-code = Code from the mail
notices-code-hint = A mail with eight digits is on its way (not between 22 and 8). Nothing else is sent there until you fill them in.
notices-code-comes = Kept. A mail with a code is on its way: fill it in below.
notices-code-subject = Your code
notices-code-body = The code is { $code }. Fill it in on “My account” if you want notices sent here. If you didn’t ask for it, do nothing: no more will come.
notices-why-code = Someone with an account gave this address on { $where }
