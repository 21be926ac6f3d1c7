//! The settings of the storage of uploaded files.

use std::path::{Path, PathBuf};

use domain::platform::storage::{Bucket, Files, Times};

use crate::environment::Environment;
use crate::settings::BadSetting;

/// The setting that names the storage.
const NAME: &str = "KLATCH_FILES";
/// Where files are by default, and where they arrive, in the data folder.
const FOLDER: &str = "files";

/// Returns the storage: by default a folder in the data folder.
///
/// # Errors
/// When a setting is invalid, with its name.
pub fn read(env: &Environment, data_dir: &Path) -> Result<Files, BadSetting> {
    match env.var(NAME) {
        Some(place) => at(env, data_dir, NAME, &place),
        None => Ok(Files::folder(data_dir.join(FOLDER))),
    }
}

/// Returns the storage at a place: a folder, or `s3://BUCKET/PREFIX` with the settings of the service. `name` says where the place
/// is typed.
///
/// # Errors
/// As [`read`].
pub fn at(env: &Environment, data_dir: &Path, name: &str, place: &str) -> Result<Files, BadSetting> {
    let Some(bucket) = place.strip_prefix("s3://") else {
        if place.contains("://") {
            return Err(BadSetting::new(format!("{name}: `{place}` must be a folder, or s3://BUCKET/PREFIX")));
        }
        return Ok(Files::folder(PathBuf::from(place)));
    };
    let (bucket, prefix) = bucket.split_once('/').unwrap_or((bucket, ""));
    let prefix = prefix.trim_end_matches('/');
    let is_bucket = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let is_part = |part: &str| !part.is_empty() && part != "." && part != ".." && part.chars().all(is_bucket);
    if !is_part(bucket) || !(prefix.is_empty() || prefix.split('/').all(is_part)) {
        return Err(BadSetting::new(format!(
            "{name}: `{place}` must be s3://BUCKET/PREFIX, of letters, digits, and the characters . - _"
        )));
    }
    let required = |setting: &str, value: Option<String>| {
        value.ok_or_else(|| BadSetting::new(format!("{setting}: required when {name} begins with s3://")))
    };
    let endpoint = env.var("KLATCH_S3_ENDPOINT").map(|text| {
        Bucket::parse_endpoint(&text).ok_or_else(|| {
            BadSetting::new(format!(
                "KLATCH_S3_ENDPOINT: `{text}` must be a scheme and host, such as https://s3.example.org"
            ))
        })
    });
    let bucket = Bucket {
        name: bucket.to_owned(),
        prefix: prefix.to_owned(),
        endpoint: endpoint.transpose()?,
        region: env.var("KLATCH_S3_REGION").map_or_else(|| "us-east-1".to_owned(), |region| region.trim().to_owned()),
        access_key: required("KLATCH_S3_ACCESS_KEY", env.secret("KLATCH_S3_ACCESS_KEY")?)?,
        secret_key: required("KLATCH_S3_SECRET_KEY", env.secret("KLATCH_S3_SECRET_KEY")?)?,
        times: Times::default(),
    };
    let arriving = data_dir.join(FOLDER).join("arriving");
    Files::bucket(&bucket, arriving).map_err(|error| BadSetting::new(format!("{name}: `{place}`: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(place: &str) -> String {
        match at(&Environment::default(), Path::new("data"), NAME, place) {
            Ok(files) => files.place().to_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_place_is_a_folder_or_a_bucket_with_its_keys() {
        assert_eq!(told("/srv/files"), "the folder `/srv/files`");
        for bad in ["s3://", "s3:///prefix", "s3://a b", "s3://bucket/../x", "s3://bucket//x", "https://bucket.example"]
        {
            assert!(told(bad).starts_with("KLATCH_FILES: "), "{bad}: {}", told(bad));
        }
        assert!(told("s3://bucket/forum/").starts_with("KLATCH_S3_ACCESS_KEY: required"));
    }
}
