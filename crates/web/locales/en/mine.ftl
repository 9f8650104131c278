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
mine-person-only = Only you see this page; nobody is ranked or compared with others.
mine-unit = My unit
mine-since = { $what }, since { $day }
mine-duties = My duties
mine-no-duties = No role or post is registered now.
mine-everywhere = the whole campaign
mine-principal = principal
mine-in-charge = responsible deputy
mine-team = member of the team
mine-promises = My promises
mine-no-promises = None yet. Promises are made freely; making none costs nothing.
mine-can-do = What I can do
mine-make-a-promise = Make a promise
mine-make-a-promise-about = With a starting figure, a target and a day; those promised to say whether it was kept.
mine-this-year = This year
mine-times = { $n ->
    [one] once
   *[other] { $n } times
 }
mine-latest = { $form }: the latest
mine-sum = { $counted } { $unit } count, { $waiting } more wait to be confirmed
mine-withdrawn = withdrawn
mine-confirmed = confirmed
mine-found-otherwise = found otherwise
mine-waits = waits to be confirmed
mine-as-filed = counts as filed
mine-study = Study: my unit's sessions, and lectures it had
mine-no-study = Nothing recorded this year. Self-study counts as well and needs no record; who was there isn't recorded.
mine-ladder = Ladder: { $name }
mine-ladder-about = How it works
mine-ladder-stands = Where we stand
mine-ladder-none-yet = Not decided yet: once the results of the periods are there, the rules propose a level and people decide.
mine-ladder-no-level = no level
mine-ladder-why = Why
mine-ladder-instead = Why not as proposed
mine-ladder-condition = The level's condition holds, and no higher one's does.
mine-ladder-full = The condition of “{ $level }” holds, but that level is full (by mean score).
mine-ladder-no-condition = No level's condition holds.
mine-ladder-too-few = Too few results: { $n } are needed.
mine-ladder-so-far = So far
mine-ladder-no-results = There are no final results yet.
mine-ladder-would = Level whose condition is met so far
mine-ladder-next = The next level up takes
mine-ladder-room = At most { $share }% of the units, by mean score
mine-ladder-coefficient = reward coefficient { $n }
mine-ladder-eligible = may take part in selections
mine-ladder-periods = { $have } final results, { $needed } needed
mine-mean-score = mean score
mine-min-score = least score
mine-last-score = latest score
mine-mean-rank-share = mean place (0 is first)
mine-periods = number of periods
mine-change = change from first to last
mine-at-least = at least
mine-at-most = at most
mine-and = and
mine-or = or
mine-honours = Honours
mine-no-honours = None yet. Not being named isn't being bad.
mine-myself = myself
mine-awarded = awarded
mine-nominated = put forward, on public notice until { $day }
mine-not-awarded = not awarded
mine-post = Post
mine-take-post = Take a post
mine-take-post-about = From today on; it is free, and can be given up at any time.
mine-leave-post = Leave a post
mine-leave-post-about = Today is the last day.
mine-declare = Declare a relation
mine-declare-about = Once declared, neither of you judges, verifies or nominates the other. What the relation is needn't be said.
mine-relative = With whom
mine-related = Declared: { $names }
mine-related-none = None declared yet.
mine-entered = Not taken; what you filled in
mine-entered-one = Filled in
mine-take-request = Take a request
