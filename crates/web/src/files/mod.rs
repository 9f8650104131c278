//! Tables and feeds as files: XLSX, CSV, iCalendar, Atom; and tables read in.
