//! What pictures are drawn with.

use std::fmt::Write;

use super::{About, Chart, Mark, number};

/// From values to places.
pub struct Scale {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Scale {
    /// A scale on which all values have room; of none, from 0 to 1.
    pub fn of(values: impl Iterator<Item = f64>, from: f64, to: f64) -> Self {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values.filter(|value| value.is_finite()) {
            low = low.min(value);
            high = high.max(value);
        }
        if low > high {
            (low, high) = (0.0, 1.0);
        }
        if high - low < 1e-9 {
            (low, high) = (low - 0.5, high + 0.5);
        }
        Self {
            low,
            high,
            from,
            to,
        }
    }

    /// Where a value lies.
    pub fn at(&self, value: f64) -> f64 {
        self.from + (value - self.low) / (self.high - self.low) * (self.to - self.from)
    }

    /// Round values to be marked on it.
    fn marks(&self) -> Vec<f64> {
        let rough = (self.high - self.low) / 4.0;
        let power = 10_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0]
            .into_iter()
            .map(|times| times * power)
            .find(|step| *step >= rough)
            .unwrap_or(rough);
        let first = (self.low / step).ceil();
        (0..8)
            .map(|at| (first + f64::from(at)) * step)
            .take_while(|mark| *mark <= self.high + 1e-9)
            .collect()
    }
}

/// A picture as it is drawn.
pub struct Picture {
    title: String,
    svg: String,
    links: bool,
    head: String,
    size: (f64, f64),
}

impl Picture {
    pub fn new(about: About<'_>, width: f64, height: f64) -> Self {
        let (title, desc) = (escape(about.title), escape(about.desc));
        Self {
            title: about.title.to_owned(),
            svg: String::new(),
            links: false,
            head: format!(" aria-label=\"{title}\"><title>{title}</title><desc>{desc}</desc>"),
            size: (width, height),
        }
    }

    pub fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        self.put(format_args!(
            "<line class=\"{class}\" x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\"/>",
            from.0, from.1, to.0, to.1
        ));
    }

    pub fn path(&mut self, class: &str, points: &[(f64, f64)]) {
        let points: Vec<String> = points
            .iter()
            .map(|(x, y)| format!("{x:.1},{y:.1}"))
            .collect();
        self.put(format_args!(
            "<polyline class=\"{class}\" fill=\"none\" points=\"{}\"/>",
            points.join(" ")
        ));
    }

    pub fn bar(&mut self, class: &str, from: f64, to: f64, y: f64) {
        let width = (to - from).max(0.0);
        self.put(format_args!(
            "<rect class=\"{class}\" x=\"{from:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"12\"/>"
        ));
    }

    /// A cell of a shade.
    pub fn cell(&mut self, shade: usize, (x, y): (f64, f64), (width, height): (f64, f64)) {
        self.put(format_args!(
            "<rect class=\"c-h{shade}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"/>"
        ));
    }

    /// A dot, a triangle that points up, one that points down.
    pub fn mark(&mut self, mark: Mark, x: f64, y: f64) {
        let class = mark.class();
        match mark {
            Mark::Plain => self.put(format_args!(
                "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\"/>"
            )),
            Mark::Over => self.put(format_args!(
                "<path class=\"{class}\" d=\"M{:.1} {:.1}l6 10h-12z\"/>",
                x,
                y - 5.0
            )),
            Mark::Under => self.put(format_args!(
                "<path class=\"{class}\" d=\"M{:.1} {:.1}l6 -10h-12z\"/>",
                x,
                y + 5.0
            )),
        }
    }

    pub fn text(&mut self, anchor: &str, x: f64, y: f64, text: &str) {
        let text = escape(text);
        self.put(format_args!(
            "<text text-anchor=\"{anchor}\" x=\"{x:.1}\" y=\"{y:.1}\">{text}</text>"
        ));
    }

    /// What follows leads somewhere; its name is for those who don't see the mark.
    pub fn open_link(&mut self, to: &str, name: &str) {
        self.links = true;
        let (to, name) = (escape(to), escape(name));
        self.put(format_args!("<a href=\"{to}\" aria-label=\"{name}\">"));
    }

    pub fn close_link(&mut self) {
        self.svg.push_str("</a>");
    }

    pub fn axis_below(&mut self, scale: &Scale, y: f64) {
        self.line("c-axis", (scale.from, y), (scale.to, y));
        for mark in scale.marks() {
            let x = scale.at(mark);
            self.line("c-axis", (x, y), (x, y + 4.0));
            self.text("middle", x, y + 18.0, &number(mark));
        }
    }

    pub fn axis_left(&mut self, scale: &Scale, x: f64) {
        self.line("c-axis", (x, scale.from), (x, scale.to));
        for mark in scale.marks() {
            let y = scale.at(mark);
            self.line("c-axis", (x - 4.0, y), (x, y));
            self.text("end", x - 7.0, y + 4.0, &number(mark));
        }
    }

    /// The whole. A picture with links is a group: an image hides what it holds from those who can't see it.
    pub fn done(self) -> Chart {
        let role = if self.links { "group" } else { "img" };
        let (width, height) = self.size;
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"{role}\"{}{}</svg>",
            self.head, self.svg
        );
        Chart {
            title: self.title,
            svg,
        }
    }

    fn put(&mut self, what: std::fmt::Arguments<'_>) {
        // Writing to a string can't fail.
        let _written = self.svg.write_fmt(what);
    }
}

/// A text that is safe in XML, in elements and attributes.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            sign if sign.is_control() => safe.push(' '),
            sign => safe.push(sign),
        }
    }
    safe
}
