//! Text in aligned columns. Chinese characters are two cells wide, as terminals show them.

use unicode_width::UnicodeWidthStr;

/// How a column is aligned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// Two columns stand so far apart.
const GAP: &str = "  ";

/// A table with a heading for each column; columns that hold nothing are left out.
pub fn table(align: &[Align], header: &[&str], rows: &[Vec<String>], indent: &str) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let filled = |column: &usize| {
        rows.iter()
            .any(|row| row.get(*column).is_some_and(|cell| !cell.is_empty()))
    };
    let kept: Vec<usize> = (0..header.len()).filter(filled).collect();
    let align: Vec<Align> = kept
        .iter()
        .filter_map(|column| align.get(*column).copied())
        .collect();
    let pick = |row: &[String]| -> Vec<String> {
        kept.iter()
            .filter_map(|column| row.get(*column).cloned())
            .collect()
    };
    let header: Vec<String> = header.iter().map(|title| (*title).to_owned()).collect();
    let rows: Vec<Vec<String>> = std::iter::once(pick(&header))
        .chain(rows.iter().map(|row| pick(row)))
        .collect();
    lines(&align, &rows, indent)
}

/// Rows as lines of aligned columns, each line with its end; `indent` before each.
pub fn lines(align: &[Align], rows: &[Vec<String>], indent: &str) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.width()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..align.len()).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = indent.to_owned();
        for ((cell, align), width) in row.iter().zip(align).zip(&widths) {
            let room = " ".repeat(width.saturating_sub(cell.width()));
            match align {
                Align::Left => line.extend([cell.as_str(), &room, GAP]),
                Align::Right => line.extend([&room, cell.as_str(), GAP]),
            }
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_that_hold_nothing_are_left_out() {
        let rows = [["a", "", "1"], ["b", "", ""]].map(|row| row.map(str::to_owned).to_vec());
        let align = [Align::Left; 3];
        assert_eq!(
            table(&align, &["x", "y", "z"], &rows, ""),
            "x  z\na  1\nb\n"
        );
    }

    #[test]
    fn chinese_and_latin_line_up() {
        let rows = [["单位", "分"], ["a", "9.5"]].map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(
            lines(&[Align::Left, Align::Right], &rows, " "),
            " 单位   分\n a     9.5\n"
        );
    }
}
