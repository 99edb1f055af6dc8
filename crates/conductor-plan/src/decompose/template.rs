//! Prompts are files; `{{name}}` in them stands for what is put in.

/// The template with its names replaced. What is put in is not looked at again, so that a document in which such names
/// stand cannot pull in anything. A name that is not given stays as it is.
pub(super) fn render(template: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let known = after.split_once("}}").and_then(|(name, after)| {
            let (_, value) = values.iter().find(|(known, _)| *known == name)?;
            Some((value, after))
        });
        match known {
            Some((value, after)) => {
                out.push_str(value);
                rest = after;
            }
            None => {
                out.push_str("{{");
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_in_is_not_looked_at_again() {
        let values = [("a", "{{b}}"), ("b", "two")];
        assert_eq!(render("{{a}}-{{b}}-{{c}}-{{", &values), "{{b}}-two-{{c}}-{{");
        assert_eq!(render("", &values), "");
    }
}
