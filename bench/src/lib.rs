//! Load for a Klatch, through its front door; and a whole site of its own, with a crowd that reads and writes while its parts are
//! brought down. The program of this package measures with it, and the forum's tests prove with it. No product code.

pub mod crowd;
pub mod faults;
pub mod http;
pub mod live;
pub mod load;
pub mod people;
pub mod site;
