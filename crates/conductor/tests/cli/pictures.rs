//! Plans as pictures; the page is opened in a real browser where there is one.

use std::path::{Path, PathBuf};

use super::Place;
use testkit::Ran;

/// A document whose author tries to be more than text.
const DOCUMENT: &str = "\
# Notes </title></script><img src=x onerror=\"document.title='taken over'\">

## Features

- **Store notes**: in one file </script><script>document.title='taken over'</script>
- **Search notes**: after storing them, by word
- **Print notes**: needs the search

```
</pre><img src=x onerror=\"document.title='taken over'\">
```
";

fn page(place: &Place) -> String {
    place.write("prd.md", DOCUMENT);
    place.ok(&["plan", "decompose", "prd.md"]);
    let ran = place.run(&["plan", "show", "--format", "html", "-o", "plan.html"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""), "{ran}");
    std::fs::read_to_string(place.hermetic.work().join("plan.html")).unwrap()
}

/// A browser that can be driven without a screen.
fn browser() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let folders = ["/usr/local/bin", "/usr/bin", "/bin", "/snap/bin"];
    folders
        .iter()
        .flat_map(|folder| names.map(|name| Path::new(folder).join(name)))
        .find(|file| file.is_file())
}

/// The page as the browser has it after its scripts ran.
fn opened(place: &Place, browser: &Path, file: &str, fragment: &str) -> String {
    let url = format!("file://{}{fragment}", place.hermetic.work().join(file).display());
    let profile = format!("--user-data-dir={}", place.hermetic.home().join("browser").display());
    let output = place
        .hermetic
        .cmd(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--window-size=1280,800"])
        .args([profile.as_str(), "--virtual-time-budget=3000", "--dump-dom", url.as_str()])
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .output()
        .unwrap();
    let ran = Ran::from(output);
    assert!(ran.stdout.contains("</html>"), "{ran}");
    ran.stdout
}

/// The elements of this name, as they begin, that have been chosen.
fn chosen<'d>(dom: &'d str, element: &str) -> Vec<&'d str> {
    let begins = format!("<{element} ");
    dom.match_indices(&begins)
        .filter_map(|(at, _)| dom[at..].split('>').next())
        .filter(|begin| begin.contains("chosen"))
        .collect()
}

#[test]
fn the_page_links_items_and_sources_both_ways_and_runs_nothing_of_others() {
    let place = Place::unborn();
    let page = page(&place);
    assert!(
        !page.contains("<img") && !page.contains("http://") || page.contains("http://www.w3.org/2000/svg")
    );
    assert_well_formed(&page);
    let Some(browser) = browser() else {
        assert!(
            std::env::var_os("CONDUCTOR_NEEDS_BROWSER").is_none(),
            "a browser was asked for, and there is none; install chromium"
        );
        eprintln!("no browser was found: the page was checked by a parser only");
        return;
    };
    // As it is, with a fragment: its own script runs, and chooses the item and what it cites.
    let dom = opened(&place, &browser, "plan.html", "#i1");
    assert!(dom.contains("<html lang=\"en\" class=\"js\">"), "the page's own script did not run");
    assert_eq!(chosen(&dom, "g").len(), 1, "{:?}", chosen(&dom, "g"));
    assert!(
        chosen(&dom, "mark").iter().all(|mark| mark.contains("data-i=\"1\""))
            && !chosen(&dom, "mark").is_empty()
    );
    assert!(!dom.contains("<img") && !dom.contains("taken over</title>"), "text became more than text");
    // Clicks, by a script that only this copy allows: on an item, then on the source of another.
    for (click, item) in
        [("#graph a[href=\"#i0\"]", "0"), ("mark[data-i=\"2\"]", "2"), ("a.back[href=\"#i1\"]", "1")]
    {
        let script = format!(
            "<script>document.querySelector('{click}').dispatchEvent(new MouseEvent('click', {{ bubbles: true, cancelable: true }}))</script></body>"
        );
        let (before, after) = page.split_once("script-src 'sha256-").unwrap();
        let after = after.split_once('\'').unwrap().1;
        let copy = format!("{before}script-src 'unsafe-inline'{after}").replace("</body>", &script);
        place.write("copy.html", &copy);
        let dom = opened(&place, &browser, "copy.html", "");
        let nodes = chosen(&dom, "g");
        assert!(nodes.len() == 1 && nodes[0].contains(&format!("id=\"n{item}\"")), "{click}: {nodes:?}");
        let marks = chosen(&dom, "mark");
        assert!(
            !marks.is_empty() && marks.iter().all(|mark| mark.contains(&format!("data-i=\"{item}\""))),
            "{click}: {marks:?}"
        );
    }
}

/// Reads the page as XML, which it is as well: every element ends, and none has an attribute that runs something.
fn assert_well_formed(page: &str) {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_str(page);
    reader.config_mut().check_end_names = true;
    loop {
        match reader.read_event().unwrap() {
            Event::Start(element) | Event::Empty(element) => {
                for attribute in element.attributes() {
                    let key = attribute.unwrap().key.as_ref().to_owned();
                    assert!(!key.starts_with("on") && key != "src", "{key}");
                }
                assert_ne!(element.name().as_ref(), "img");
            }
            Event::Eof => break,
            Event::End(_)
            | Event::Text(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_)
            | Event::GeneralRef(_) => {}
        }
    }
}

#[test]
fn every_form_goes_to_standard_output_or_into_a_file() {
    let place = Place::unborn();
    place.write("prd.md", super::DOCUMENT);
    place.ok(&["plan", "decompose", "prd.md"]);
    for (format, begins) in [
        ("mermaid", "flowchart TD\n"),
        ("dot", "digraph plan {\n"),
        ("svg", "<?xml "),
        ("html", "<!DOCTYPE html>"),
        ("markdown", "# Notes\n"),
        ("json", "{"),
    ] {
        let shown = place.ok(&["plan", "show", "--format", format]);
        assert!(shown.starts_with(begins), "{format}: {shown}");
        place.ok(&["plan", "show", "--format", format, "-o", "out"]);
        let written = std::fs::read_to_string(place.hermetic.work().join("out")).unwrap();
        assert_eq!(written.trim_end(), shown.trim_end(), "{format}");
    }
    assert_eq!(
        place.refused(&["plan", "show", "--format", "svg", "-o", "no/such/folder"]).1,
        "FILE_NOT_WRITTEN"
    );
    assert_eq!(place.run(&["plan", "show", "-o", "x"]).code, Some(2));
}

#[test]
fn a_schedule_is_shown_for_the_agents_that_were_asked_for() {
    let place = Place::unborn();
    place.write("prd.md", super::DOCUMENT);
    place.ok(&["plan", "decompose", "prd.md"]);
    let order = |agents: &str| place.json(&["plan", "show", "--agents", agents])["order"].clone();
    let (one, three) = (order("1"), order("3"));
    assert_eq!(one["schedule"]["makespan"], one["total_minutes"]);
    assert_eq!(three["schedule"]["makespan"], three["critical_minutes"]);
    assert_eq!(three["schedule"]["slots"].as_array().unwrap().len(), 3);
    assert!(place.ok(&["plan", "show", "--agents", "3"]).contains("  agent 1  1.1 (0m-"));
}
