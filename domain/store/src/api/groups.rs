//! Groups with everything that their API object has.

use crate::db::{Db, sql};
use model::policy::known_to_first;
use model::time::Timestamp;
use model::{Category, Group, GroupId, Role, UserId};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// A group as the API shows it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ApiGroup {
    #[sqlx(flatten)]
    pub group: Group,
    pub creator_name: String,
    pub members: i64,
    pub topics: i64,
    /// The creation time if there are no topics.
    pub last_message_at: Timestamp,
    /// The reader's role.
    pub role: Option<Role>,
}

/// Those of the groups that a reader may know of, in no order.
pub async fn by_ids(db: &Db, reader: Option<UserId>, ids: &[GroupId]) -> Result<Vec<ApiGroup>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    sql!(all db, ApiGroup,
        concat!("select ", crate::groups::columns!(), ", c.username as creator_name, r.role,
                    (select count(*) from memberships m where m.group_id = g.id) as members,
                    (select count(*) from topics t where t.group_id = g.id and t.deleted_at is null) as topics,
                    coalesce((select max(t.last_message_at) from topics t where t.group_id = g.id and t.deleted_at is null), g.created_at) as last_message_at
                 from groups g join users c on c.id = g.creator_id
                 left join memberships r on r.group_id = g.id and r.user_id = $1
                 where g.id in (select cast(value as bigint) from json_each($2)) and ", known_to_first!()),
        reader, crate::list(ids))
}

/// The categories in which a reader knows of groups, with their number.
pub async fn categories(db: &Db, reader: Option<UserId>) -> Result<Vec<(Category, i64)>> {
    sql!(all db, (Category, i64),
        concat!("select g.category, count(*) from groups g where g.kind <> 'direct' and ", known_to_first!(),
                " group by g.category order by g.category"), reader)
}
