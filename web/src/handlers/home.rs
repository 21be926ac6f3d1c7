//! The home page, and the sidebar as a page of its own.

use domain::model::{DirectoryFilter, DirectoryOrder};
use domain::policy::Viewer;
use templates::home::{Home, Story, Welcome};

use crate::failure::Answer;
use crate::req::Req;

/// Topics on the home page.
const STORIES: usize = 30;
/// Groups suggested to visitors and to users without groups.
const GROUPS: i64 = 30;

fn wanted(order: DirectoryOrder) -> DirectoryFilter<'static> {
    DirectoryFilter { words: "", category: None, order }
}

/// `GET /`: unread topics, or the welcome page.
pub async fn index(req: Req) -> Answer {
    let cx = req.cx();
    let layout = req.layout().await?;
    if req.viewer() == Viewer::Anonymous {
        let (groups, _) = domain::groups::discover(cx, req.viewer(), wanted(DirectoryOrder::Recent), 0, GROUPS).await?;
        return req.page(&Welcome { line: req.now.settings.line.clone(), layout, groups });
    }
    let paper = domain::topics::unread_paper(cx, req.viewer(), &layout.sidebar, STORIES + 1).await?;
    let has_more = paper.len() > STORIES;
    let story = |(group, row, messages): (_, domain::model::TopicRow, _)| Story {
        group: req.called(group),
        unread: row.unread,
        followed: row.followed,
        topic: row.topic,
        messages,
    };
    let stories = paper.into_iter().take(STORIES).map(story).collect();
    let suggestions = if layout.sidebar.groups.is_empty() {
        domain::groups::discover(cx, req.viewer(), wanted(DirectoryOrder::Popular), 0, 8).await?.0
    } else {
        Vec::new()
    };
    let upto = domain::topics::reads::upto(&layout.sidebar, None);
    let waits = match layout.sidebar.groups.iter().any(|group| group.moderates) {
        true => domain::groups::waiting(cx, req.viewer()).await?,
        false => Vec::new(),
    };
    req.page(&Home { layout, stories, has_more, upto, suggestions, waits })
}

/// `GET /-/menu`: the sidebar, for narrow screens without scripts.
pub async fn menu(req: Req) -> Answer {
    let layout = req.layout().await?;
    req.page(&templates::menu::Menu { layout })
}
