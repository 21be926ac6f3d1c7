//! The home page, and the sidebar as its own page.

use domain::model::{DirectoryFilter, DirectoryOrder};
use domain::policy::Viewer;
use domain::topics::HomePage;
use templates::home::{Home, Story, Welcome};
use templates::links::Links;

use crate::failure::Answer;
use crate::page_cache::About;
use crate::req::Req;

/// Groups suggested to visitors.
const GROUPS: i64 = 30;

/// `GET /`: unread topics, or the welcome page.
pub async fn index(req: Req) -> Answer {
    let mut layout = req.layout().await?;
    if req.viewer() == Viewer::Anonymous {
        let recent = DirectoryFilter { words: "", category: None, order: DirectoryOrder::Recent };
        let (groups, _) = domain::groups::discover(req.cx(), req.viewer(), recent, 0, GROUPS).await?;
        let settings = &req.now.settings;
        layout.links = req.describes().map(|base| Links::page(base, "/", &settings.name, &settings.line));
        let (line, welcome) = (settings.line.clone(), req.now.welcome.clone());
        return req.shared_page(&Welcome { line, welcome, layout, groups }, About::Site);
    }
    let HomePage { topics, has_more, suggestions, invited, waits, first_steps } =
        domain::topics::home(req.cx(), req.viewer(), &mut layout.sidebar).await?;
    let story = |(group, row, messages): (_, domain::model::TopicRow, _)| Story {
        group: req.called(group),
        unread: row.unread,
        followed: row.followed,
        folded: row.folded,
        topic: row.topic,
        messages,
    };
    let stories = topics.into_iter().map(story).collect();
    let upto = domain::topics::reads::upto(&layout.sidebar, None, req.cx().now());
    let invited = invited.into_iter().map(Into::into).collect();
    req.page(&Home { layout, stories, has_more, upto, suggestions, invited, waits, first_steps })
}

/// `GET /-/menu`: the sidebar, for narrow screens without scripts.
pub async fn menu(req: Req) -> Answer {
    let layout = req.layout().await?;
    req.shared_page(&templates::menu::Menu { layout }, About::Site)
}
