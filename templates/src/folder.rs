//! The pages of an export to a folder: they need no server.

use std::borrow::Borrow;

use askama::Template;
use domain::backup::folder::{self, Drawing, GroupPage, TopicPage};
use domain::platform::remote::RemoteImages;

#[derive(Debug, Template)]
#[template(path = "folder/index.html")]
struct Index<'a> {
    index: &'a folder::Index<'a>,
}

#[derive(Debug, Template)]
#[template(path = "folder/group.html")]
struct Group<'a> {
    page: &'a GroupPage<'a>,
}

#[derive(Debug, Template)]
#[template(path = "folder/topic.html")]
struct Topic<'a> {
    page: &'a TopicPage<'a>,
}

#[derive(Debug, Template)]
#[template(path = "folder/search.html")]
struct Search<'a> {
    site: &'a str,
}

/// Renders the pages, in the language of the [`texts::within`] around it.
pub const DRAWING: Drawing = Drawing {
    index: |index| drawn(&Index { index }),
    group: |page| drawn(&Group { page }),
    topic: |page| drawn(&Topic { page }),
    search: |site| drawn(&Search { site }),
    style: include_str!("../folder/style.css"),
    script: include_str!("../folder/search.js"),
};

fn drawn(page: &impl Template) -> Result<String, String> {
    // Images are links: the pages load nothing from elsewhere.
    page.render().map(|html| crate::finish(html, RemoteImages::LINKS)).map_err(|error| error.to_string())
}

fn group_file(id: impl Borrow<i64>, page: impl Borrow<usize>) -> String {
    folder::group_file(*id.borrow(), *page.borrow())
}

fn topic_file(id: impl Borrow<i64>, page: impl Borrow<usize>) -> String {
    folder::topic_file(*id.borrow(), *page.borrow())
}
