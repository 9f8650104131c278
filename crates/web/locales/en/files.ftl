# Files and feeds.
files-take-in = Last day to fill and hand in for { $period }
files-object = Last day to object to the preliminary results of { $period }
files-import-figures = Hand in a table of figures
files-import-about = CSV or XLSX, long or wide. Look at what is read first; one error, and nothing of the table is taken.
files-findings = What is wrong with the table
files-more-findings = { $n } findings more aren't listed.
files-period = Period
files-file = File
files-table = Or paste the table here (CSV)
files-read = Figures read: { $n }.
files-look = Look at it first
files-hand-in = Hand it in
files-handed-in = The table was handed in.
