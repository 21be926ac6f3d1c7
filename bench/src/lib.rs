//! Load on a running Klatch by its public addresses, and a whole test site with a crowd that reads and writes while
//! parts of it fail. The program of this package measures with it, the forum's tests use it. No product code.

#![allow(missing_docs)]

pub mod attack;
pub mod crowd;
pub mod faults;
pub mod followers;
pub mod http;
pub mod live;
pub mod load;
pub mod people;
pub mod recall;
pub mod site;
pub mod smuggle;
pub mod storm;
