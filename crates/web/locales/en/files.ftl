# Files and feeds.
files-take-in = Last day to fill and hand in for { $period }
files-object = Last day to object to the preliminary results of { $period }
