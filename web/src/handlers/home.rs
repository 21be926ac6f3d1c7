//! The home page, and the sidebar as its own page.

use actix_web::web::Query;
use domain::model::{DirectoryFilter, DirectoryOrder, TopicRow};
use domain::policy::Viewer;
use domain::topics::{HomePage, UnreadEnd, reads};
use serde::Deserialize;
use templates::home::{Home, Story, Welcome};
use templates::links::Links;

use crate::failure::Answer;
use crate::page_cache::About;
use crate::req::Req;

/// Groups suggested to visitors.
const GROUPS: i64 = 30;

/// The query parameters.
#[derive(Deserialize)]
pub struct Params {
    before: Option<String>,
}

/// `GET /`: unread topics, or the welcome page.
pub async fn index(req: Req, params: Query<Params>) -> Answer {
    let mut layout = req.layout().await?;
    if req.viewer() == Viewer::Anonymous {
        let recent = DirectoryFilter { words: "", category: None, order: DirectoryOrder::Recent };
        let (groups, _) = domain::groups::discover_lively(req.cx(), req.viewer(), recent, 0, GROUPS).await?;
        let settings = &req.now.settings;
        layout.links = req.describes().map(|base| Links::page(base, "/", &settings.name, &settings.line));
        let (line, welcome) = (settings.line.clone(), req.now.welcome.clone());
        return req.shared_page(&Welcome { line, welcome, layout, groups }, About::Site);
    }
    let after = params.before.as_deref().filter(|text| !text.is_empty()).map(UnreadEnd::parse).transpose()?;
    let HomePage { topics, next, suggestions, invited, waits, first_steps } =
        domain::topics::home(req.cx(), req.viewer(), &mut layout.sidebar, after).await?;
    let story = |(group, row, messages): (_, TopicRow, _)| Story {
        group: req.called(group),
        unread: row.unread,
        followed: row.followed,
        folded: row.folded,
        upto: layout
            .sidebar
            .of_topic(row.topic.id)
            .map(|t| reads::shown(t.topic, t.last_seq, t.numbering))
            .unwrap_or_default(),
        topic: row.topic,
        messages,
    };
    let stories = topics.into_iter().map(story).collect();
    let upto = reads::upto(&layout.sidebar, None, req.cx().now());
    let invited = invited.into_iter().map(Into::into).collect();
    let (more, is_later_page) = (next.map(UnreadEnd::to_param), after.is_some());
    req.page(&Home { layout, stories, more, is_later_page, upto, suggestions, invited, waits, first_steps })
}

/// `GET /-/menu`: the sidebar, for narrow screens without scripts.
pub async fn menu(req: Req) -> Answer {
    let layout = req.layout().await?;
    req.shared_page(&templates::menu::Menu { layout }, About::Site)
}
