# Pictures.
charts-region = { $title }: a picture; the table below has the same figures
charts-caterpillar = Scores with their intervals
charts-caterpillar-desc = A row for each unit: the mark is its score, the line its 95% interval; the upright line is the class mean. Triangles that point up are clearly ahead, those that point down clearly behind.
charts-xmr = Scores by period
charts-xmr-desc = The full line is the mean of all periods, dashed lines are the limits of usual variation; only what lies outside shows a real change.
charts-profile = Points by item, in per cent of full points
charts-profile-desc = The bar is this unit, the upright line the class mean, the triangle the best of the class.
charts-funnel = Ratings by those served: share satisfied or very satisfied
charts-funnel-desc = Across: the number of ratings; up: the share. The full line is the share of the whole class; differences between the dashed lines can be luck. Units with few ratings aren't shown.
charts-funnel-all = Ratings
charts-funnel-share = Share (%)
charts-funnel-low = Lower limit (%)
charts-funnel-high = Upper limit (%)
charts-heat = Scores by unit and period
charts-heat-desc = A row for each unit, by name; a column for each period, with the score in its cell. There are five shades, each for a fifth of all scores: the darker, the higher; the last row tells their ranges. An empty cell has no score.
