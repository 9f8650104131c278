# The pages of those who take part.
mine-month = My month
mine-visits = Visits
mine-me = Myself
mine-erased = (the text was erased, as the law lets people ask)
mine-before = The time before:
mine-optional = may be left empty
mine-row = Row { $n }
mine-history = What happened
mine-history-about = Each step stays here; nothing is overwritten.
mine-day = Day
mine-who = Who
mine-what = What
mine-late = { $n ->
    [one] one day over
   *[other] { $n } days over
 }
mine-left = { $n ->
    [one] one day left
   *[other] { $n } days left
 }
mine-filed = Filed; it can be corrected until the cut-off.
mine-done = Done.
mine-outbox = Filled without network
mine-waiting = is sent as soon as there is a network
mine-kept-here = Kept on this phone; it is sent when there is a network, and happens once.
mine-sent = Sent
mine-conflict = Not taken; what you filled in is still here:
mine-theirs = See what stands in the system
mine-discard = Don't send it; delete this copy
