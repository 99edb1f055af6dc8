//! Writes a PDF of many pages to standard output: `cargo run --example long-pdf -- 300 > long.pdf`.

use std::io::Write as _;

fn main() -> std::io::Result<()> {
    let pages = std::env::args().nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(300);
    std::io::stdout().write_all(&testkit::pdf::long_document(pages))
}
