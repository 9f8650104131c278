//! Every message about a table, in both languages.
