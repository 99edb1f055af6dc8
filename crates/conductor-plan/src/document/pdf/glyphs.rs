//! Pages to glyphs: what is drawn where, in which font. The only place that knows the library.

use super::Trouble;
use super::bounds::{MAX_GLYPHS, MAX_PAGES, MAX_STEPS};
use super::ink::Inks;
use super::vertical;
use super::words::{Word, Words};
use hayro_interpret::font::{Glyph, GlyphRun};
use hayro_interpret::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use hayro_interpret::kurbo::{Affine, BezPath, Point, Rect, Shape as _, Vec2};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
    InterpreterSettings, SoftMask, TransformExt as _, interpret_page,
};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// What stands on a page. Lengths are in points, from the top left corner as a reader sees the page.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) width: f32,
    pub(super) height: f32,
    pub(super) words: Vec<Word>,
    /// Thin lines and the sides of boxes, of which tables are drawn.
    pub(super) rules: Vec<Area>,
    /// Small filled shapes: some programs draw the dots of lists.
    pub(super) dots: Vec<Area>,
    /// Whether a picture stands on it.
    pub(super) pictured: bool,
    /// Characters of which the file does not say what they mean.
    pub(super) unknown: usize,
}

/// A rectangle.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Area {
    pub(super) left: f32,
    pub(super) top: f32,
    pub(super) right: f32,
    pub(super) bottom: f32,
}

impl Area {
    pub(super) fn width(&self) -> f32 {
        self.right - self.left
    }

    pub(super) fn height(&self) -> f32 {
        self.bottom - self.top
    }
}

/// One glyph, placed.
pub(super) struct Placed {
    pub(super) text: String,
    pub(super) left: f32,
    pub(super) right: f32,
    pub(super) baseline: f32,
    pub(super) size: f32,
    pub(super) bold: bool,
    pub(super) mono: bool,
    /// How much ink it has, where the weight of its font is not known.
    pub(super) ink: Option<f32>,
}

/// Reads the pages of a PDF.
///
/// The library is careful, but it is large and young, and bytes come from anywhere: a panic of it is contained here, and
/// nowhere else, as damage of the file. The same way out is taken when a limit is reached, because a device cannot stop
/// an interpreter.
pub(super) fn pages(bytes: &[u8]) -> Result<Vec<Page>, Trouble> {
    catch_unwind(AssertUnwindSafe(|| read(bytes))).unwrap_or_else(|payload| {
        Err(if payload.is::<LimitReached>() { Trouble::TooMuch } else { Trouble::Damaged })
    })
}

/// The payload that leaves the interpreter when a limit is reached.
struct LimitReached;

fn read(bytes: &[u8]) -> Result<Vec<Page>, Trouble> {
    let pdf = Pdf::new(bytes.to_vec()).map_err(|error| match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => Trouble::Encrypted,
        LoadPdfError::Decryption(_) => Trouble::Unsupported,
        LoadPdfError::Invalid => Trouble::Damaged,
    })?;
    let sources = pdf.pages();
    if sources.len() > MAX_PAGES {
        return Err(Trouble::TooMuch);
    }
    let cache = InterpreterCache::new();
    let mut spent = Spent::default();
    let mut inks = Inks::default();
    let mut pages = Vec::with_capacity(sources.len());
    for source in sources.iter() {
        let (width, height) = source.render_dimensions();
        let turn = source.initial_transform(true).to_kurbo();
        let area = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
        let mut context = Context::new(turn, area, &cache, pdf.xref(), InterpreterSettings::default());
        let mut collector = Collector::new(width, height, spent, &mut inks);
        interpret_page(source, &mut context, &mut collector);
        spent = collector.spent;
        pages.push(collector.finish());
    }
    inks.weigh(pages.iter_mut().flat_map(|page: &mut Page| page.words.iter_mut()));
    Ok(pages)
}

#[derive(Debug, Clone, Copy, Default)]
struct Spent {
    glyphs: usize,
    steps: usize,
}

/// What the interpreter draws on.
struct Collector<'i> {
    page: Page,
    spent: Spent,
    inks: &'i mut Inks,
    /// Glyphs by the direction that they are written in, in quarter turns.
    turned: BTreeMap<u8, Vec<Placed>>,
}

impl<'i> Collector<'i> {
    fn new(width: f32, height: f32, spent: Spent, inks: &'i mut Inks) -> Self {
        let page = Page { width, height, ..Page::default() };
        Self { page, spent, inks, turned: BTreeMap::new() }
    }

    /// The page, turned so that most of it can be read: a wide table is often printed sideways. What then still stands
    /// askew is a stamp or a watermark.
    fn finish(mut self) -> Page {
        let most = self.turned.iter().max_by_key(|(turn, glyphs)| (glyphs.len(), std::cmp::Reverse(**turn)));
        let Some((&turn, _)) = most else { return self.page };
        let mut glyphs = self.turned.remove(&turn).unwrap_or_default();
        let vertical = turn == 0 && vertical::is_vertical(&glyphs);
        if vertical {
            let width = self.page.width;
            glyphs = glyphs.into_iter().map(|glyph| vertical::turned(glyph, width)).collect();
            // Letters and numbers between the signs lie on their side, and stand upright on the turned page.
            glyphs.extend(self.turned.remove(&1).unwrap_or_default());
            for area in self.page.rules.iter_mut().chain(&mut self.page.dots) {
                *area = vertical::turned_area(*area, width);
            }
        }
        if turn != 0 {
            self.page.rules.clear();
            self.page.dots.clear();
        }
        if turn % 2 == 1 || vertical {
            std::mem::swap(&mut self.page.width, &mut self.page.height);
        }
        let mut words = Words::default();
        for glyph in glyphs {
            words.add(glyph);
        }
        self.page.words = words.finish();
        self.page
    }

    fn step(&mut self) {
        self.spent.steps += 1;
        if self.spent.steps > MAX_STEPS {
            resume_unwind(Box::new(LimitReached));
        }
    }

    fn place(&mut self, glyph: &Glyph<'_>, transform: Affine, font: &Face) {
        self.spent.glyphs += 1;
        if self.spent.glyphs > MAX_GLYPHS {
            resume_unwind(Box::new(LimitReached));
        }
        let text = match glyph.as_unicode() {
            Some(hayro_interpret::hayro_cmap::BfString::Char(c)) => c.to_string(),
            Some(hayro_interpret::hayro_cmap::BfString::String(text)) => text,
            None => {
                self.page.unknown += 1;
                return;
            }
        };
        let [along_x, along_y, up_x, up_y, ..] = transform.as_coeffs();
        let (along, up) = (Vec2::new(along_x, along_y) * 1000.0, Vec2::new(up_x, up_y) * 1000.0);
        let size = up.hypot();
        let advance = match glyph {
            Glyph::Outline(outline) => outline.advance_width(),
            Glyph::Type3(drawn) => drawn.advance_width(),
        };
        let advance = f64::from(advance.unwrap_or(500.0)) / 1000.0 * along.hypot();
        let origin = transform * Point::ZERO;
        if !(size.is_finite() && (0.5..2000.0).contains(&size) && advance.is_finite()) {
            return;
        }
        let Some((turn, at)) = self.upright(along, origin) else { return };
        let ink = if font.bold.is_none() { self.inks.measure(glyph, &text) } else { None };
        let placed = Placed {
            text,
            left: at.x as f32,
            right: (at.x + advance.max(0.0)) as f32,
            baseline: at.y as f32,
            size: size as f32,
            bold: font.bold == Some(true),
            mono: font.mono,
            ink,
        };
        self.turned.entry(turn).or_default().push(placed);
    }

    /// The quarter turn that text along `along` is written in, and its origin when the page is turned back by as much.
    /// `None` for text that stands askew or lies far outside.
    fn upright(&self, along: Vec2, origin: Point) -> Option<(u8, Point)> {
        let (width, height) = (f64::from(self.page.width), f64::from(self.page.height));
        let near = |at: f64, end: f64| (-end..2.0 * end).contains(&at);
        if !near(origin.x, width) || !near(origin.y, height) {
            return None;
        }
        let (across, down) = (along.x, along.y);
        if down.abs() * 8.0 < across.abs() {
            Some(if across > 0.0 {
                (0, origin)
            } else {
                (2, Point::new(width - origin.x, height - origin.y))
            })
        } else if across.abs() * 8.0 < down.abs() {
            Some(if down > 0.0 {
                (1, Point::new(origin.y, width - origin.x))
            } else {
                (3, Point::new(height - origin.y, origin.x))
            })
        } else {
            None
        }
    }

    fn shape(&mut self, bounds: Rect, filled: bool) {
        self.step();
        if !bounds.is_finite() {
            return;
        }
        let area = Area {
            left: bounds.x0 as f32,
            top: bounds.y0 as f32,
            right: bounds.x1 as f32,
            bottom: bounds.y1 as f32,
        };
        let (width, height) = (area.width(), area.height());
        let (thin, long) = (width.min(height), width.max(height));
        if thin <= THICKEST_RULE && long >= SHORTEST_RULE {
            self.page.rules.push(area);
        } else if long <= LARGEST_DOT && thin >= long * 0.8 {
            self.page.dots.push(area);
        } else if !filled && long >= SHORTEST_RULE {
            let Area { left, top, right, bottom } = area;
            let sides = [
                Area { bottom: top, ..area },
                Area { top: bottom, ..area },
                Area { right: left, ..area },
                Area { left: right, ..area },
            ];
            self.page.rules.extend(sides);
        }
    }
}

/// Thicker than this is a box.
const THICKEST_RULE: f32 = 2.5;
/// Shorter than this is a dash.
const SHORTEST_RULE: f32 = 6.0;
/// Larger than this is a picture.
const LARGEST_DOT: f32 = 7.0;

/// What the file says of a font. Some kinds of fonts come without a name; what is not said is `None`.
struct Face {
    bold: Option<bool>,
    mono: bool,
}

impl Face {
    fn of(glyph: &Glyph<'_>) -> Self {
        let Glyph::Outline(outline) = glyph else { return Self { bold: None, mono: false } };
        let Some(data) = outline.font_data() else { return Self { bold: None, mono: false } };
        let name = data.postscript_name.unwrap_or_default().to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
        let named = has(&["bold", "black", "heavy", "semibold", "demi"]).then_some(true);
        let weighed = data.weight.map(|weight| weight >= 600);
        Self {
            bold: named.or(weighed),
            mono: data.is_monospace || has(&["mono", "courier", "consolas", "menlo", "typewriter"]),
        }
    }
}

impl<'a> Device<'a> for Collector<'_> {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, mode: &DrawMode) {
        let filled = matches!(mode, DrawMode::Fill(_) | DrawMode::FillAndStroke(..));
        // A path of many parts is a drawing; its box says nothing.
        let bounds = (props.transform * path.bounding_box().to_path(0.1)).bounding_box();
        self.shape(bounds, filled);
    }

    fn push_clip_path(&mut self, _: &ClipPath) {
        self.step();
    }

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {
        self.step();
    }

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, mode: &DrawMode) {
        self.step();
        // Text that is filled and stroked is drawn twice.
        if matches!(mode, DrawMode::Stroke(_)) && self.is_there(run, props.transform) {
            return;
        }
        let Some(first) = run.glyphs().first() else { return };
        let face = Face::of(first);
        for glyph in run.glyphs() {
            self.place(glyph, props.transform * glyph.transform(), &face);
        }
    }

    fn draw_image(&mut self, _: Image<'a, '_>, _: ImageDrawProps<'a>) {
        self.step();
        self.page.pictured = true;
    }

    fn pop_clip(&mut self) {}

    fn pop_transparency_group(&mut self) {}
}

impl Collector<'_> {
    /// Whether the last glyph that was placed is the last one of this run, in the same place.
    fn is_there(&self, run: &GlyphRun<'_, '_>, transform: Affine) -> bool {
        let last = run.glyphs().last().map(|glyph| transform * glyph.transform() * Point::ZERO);
        let placed = self.turned.get(&0).and_then(|glyphs| glyphs.last());
        last.zip(placed).is_some_and(|(at, placed)| {
            (at.x as f32 - placed.left).abs() < 0.1 && (at.y as f32 - placed.baseline).abs() < 0.1
        })
    }
}
