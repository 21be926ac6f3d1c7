//! How people name groups and topics: the ends of their addresses, `garden` or `garden/plums`. A whole address does too.

use crate::Result;

/// A group, perhaps with a topic in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub group: String,
    pub topic: Option<String>,
}

impl Place {
    /// Reads a place. A topic alone is one in the group `here`.
    ///
    /// # Errors
    /// What to type.
    pub fn parse(typed: &str, here: Option<&str>) -> Result<Self> {
        let typed = typed.trim();
        let path = match typed.split_once("://") {
            Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path),
            None => typed,
        };
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        match (parts.as_slice(), here) {
            ([group], None) => Ok(Self { group: (*group).to_owned(), topic: None }),
            ([topic], Some(here)) => Ok(Self { group: here.to_owned(), topic: Some((*topic).to_owned()) }),
            ([group, topic], _) => Ok(Self { group: (*group).to_owned(), topic: Some((*topic).to_owned()) }),
            _ => Err("Enter GROUP or GROUP/TOPIC, as in the URL.".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_from_the_end_of_an_address() {
        let place = |group: &str, topic: Option<&str>| Place { group: group.into(), topic: topic.map(str::to_owned) };
        for (typed, here, is) in [
            ("garden", None, place("garden", None)),
            ("garden/plums", None, place("garden", Some("plums"))),
            ("plums", Some("garden"), place("garden", Some("plums"))),
            ("/garden/plums/", Some("other"), place("garden", Some("plums"))),
            ("https://forum.example/garden/plums/?at=3#m3", None, place("garden", Some("plums"))),
        ] {
            assert_eq!(Place::parse(typed, here), Ok(is), "{typed}");
        }
        for wrong in ["", "/", "a/b/c", "https://forum.example"] {
            assert!(Place::parse(wrong, None).is_err(), "{wrong}");
        }
    }
}
