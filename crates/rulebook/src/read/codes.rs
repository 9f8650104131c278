//! The codes of what reading finds; stable, and listed in `docs/diagnostics.md`.

/// Declares the codes and lists them.
macro_rules! codes {
    ($($name:ident = $code:literal, $zh:literal, $en:literal;)*) => {
        $(#[doc = $en] pub(crate) const $name: &str = $code;)*

        /// Every code that reading a folder may give by itself, with what it means in Chinese and in English.
        pub const CODES: &[(&str, &str, &str)] = &[$(($code, $zh, $en)),*];
    };
}

codes! {
    EMPTY_FOLDER = "empty-folder", "文件夹里没有活动的文件。", "The folder holds no campaign.";
    MISSING_FILE = "missing-file", "缺少必须有的文件。", "A file that must be there isn't.";
    NO_SCHEMES = "no-schemes", "schemes/ 里没有一套考核细则。", "There is no scheme in `schemes/`.";
    UNKNOWN_FILE = "unknown-file", "文件的名称或位置不对,不会被读取。", "A file's name or place is wrong, so it isn't read.";
    TWO_ORGANISATIONS = "two-organisations", "单位名册有两份。", "There are two lists of units.";
    SYNTAX = "toml-syntax", "文字不合 TOML 的写法。", "The text is no TOML.";
    DUPLICATE_KEY = "duplicate-key", "同一个键写了两次。", "A key is written twice.";
    UNKNOWN_KEY = "unknown-key", "没有这个键。", "There is no such key.";
    MISSING_KEY = "missing-key", "缺少必须写的键。", "A key that must be written is missing.";
    WRONG_TYPE = "wrong-type", "值的类型不对,如该写数的地方写了文字。", "A value of the wrong type, such as a text for a number.";
    NOT_FINITE = "not-finite", "写了 nan、inf 或过大的数。", "A number is nan, inf or too large.";
    OUT_OF_RANGE = "out-of-range", "数超出允许的范围。", "A number is outside the range allowed.";
    BAD_ID = "bad-id", "标识里有不许用的字符。", "An id holds a character it may not.";
    BAD_PERIOD = "bad-period", "期的写法不对。", "A period isn't written right.";
    BAD_DATE = "bad-date", "日期的写法不对,或历书上没有这一天。", "A date isn't written right, or there is no such day.";
    BAD_LANGUAGE = "bad-language", "语言标签的写法不对。", "The tag of a language isn't written right.";
    EMPTY = "empty", "文字、列表或表是空的。", "A text, a list or a table is empty.";
    UNKNOWN_CHOICE = "unknown-choice", "不在可选的写法之中。", "Not one of the choices.";
    SEVERAL_CHOICES = "several-choices", "只能选一种,却写了几种。", "Several choices where one is allowed.";
    CHOICE_FORM = "choice-form", "选对了,但写法不对:该带值的没带,或不该带的带了。", "The right choice in the wrong form: a value is missing, or there is one too many.";
    UNREADABLE = "unreadable", "写法合乎规定,仍读不成所要的内容。", "What fits the schema still can't be read.";
}
