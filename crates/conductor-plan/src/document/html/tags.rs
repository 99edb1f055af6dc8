//! What the tags of HTML mean for a document.

/// What a tag begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    Heading(u8),
    /// A part that stands for itself: `p`, `div`, `section`, …
    Block,
    Quote,
    Bullets,
    Numbers,
    Item,
    /// A term that is explained, and its explanation.
    Term,
    Explanation,
    Table,
    TableHead,
    Row,
    Cell,
    HeadCell,
    /// Text whose spaces and lines count.
    Verbatim,
    /// Code within a line.
    Code,
    Bold,
    Struck,
    Break,
    Checkbox,
    /// The page itself.
    Body,
    /// What a reader of the page does not see, or that belongs to the site and not to the page.
    Hidden,
    /// Everything else, which changes nothing.
    Inline,
}

impl Tag {
    pub(super) fn of(name: &[u8]) -> Self {
        match name {
            b"h1" => Self::Heading(1),
            b"h2" => Self::Heading(2),
            b"h3" => Self::Heading(3),
            b"h4" => Self::Heading(4),
            b"h5" => Self::Heading(5),
            b"h6" => Self::Heading(6),
            b"p" | b"div" | b"section" | b"article" | b"main" | b"header" | b"details" | b"summary"
            | b"figure" | b"figcaption" | b"caption" | b"address" | b"fieldset" | b"form" | b"hgroup"
            | b"center" | b"hr" | b"html" => Self::Block,
            b"blockquote" => Self::Quote,
            b"ul" | b"menu" | b"dir" | b"dl" => Self::Bullets,
            b"ol" => Self::Numbers,
            b"li" => Self::Item,
            b"dt" => Self::Term,
            b"dd" => Self::Explanation,
            b"table" => Self::Table,
            b"thead" => Self::TableHead,
            b"tr" => Self::Row,
            b"td" => Self::Cell,
            b"th" => Self::HeadCell,
            b"pre" | b"listing" | b"xmp" => Self::Verbatim,
            b"code" | b"kbd" | b"samp" | b"tt" => Self::Code,
            b"strong" | b"b" => Self::Bold,
            b"del" | b"s" | b"strike" => Self::Struck,
            b"br" => Self::Break,
            b"body" => Self::Body,
            b"head" | b"script" | b"style" | b"nav" | b"template" | b"noscript" | b"title" | b"svg"
            | b"math" | b"iframe" | b"object" | b"select" | b"textarea" | b"button" | b"footer"
            | b"dialog" | b"audio" | b"video" | b"canvas" => Self::Hidden,
            _ => Self::Inline,
        }
    }
}

/// What may stand in a head. Any other tag shows that the head is over, which many pages do not say.
pub(super) fn is_of_head(name: &[u8]) -> bool {
    const HEAD: [&[u8]; 10] = [
        b"head",
        b"title",
        b"meta",
        b"link",
        b"base",
        b"script",
        b"style",
        b"template",
        b"noscript",
        b"object",
    ];
    HEAD.contains(&name)
}

/// Tags without content: there is nothing to wait for the end of.
pub(super) fn is_void(name: &[u8]) -> bool {
    const VOID: [&[u8]; 13] = [
        b"area", b"base", b"br", b"col", b"embed", b"hr", b"img", b"input", b"link", b"meta", b"source",
        b"track", b"wbr",
    ];
    VOID.contains(&name)
}
