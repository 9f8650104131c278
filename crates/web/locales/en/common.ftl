# Words that all pages share.
skip-to-content = Skip to the content
navigation = Navigation
demo-banner = Demonstration: units, people and figures are made up; today is { $day } here.
footer = Rating is voluntary. No check-in, no location, no ranking of people. Not being named is not being bad.
problem-code = Code: { $code }
to-start = To the start
nav-home = Start
done = Done.
