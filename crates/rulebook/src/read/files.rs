//! Which files a campaign folder holds, and which look as if they were meant to belong to it.

use super::{codes, wording};
use crate::campaign::Folder;
use crate::diagnostic::{Diagnostic, Place};
use crate::schema::FileKind;
use crate::{Say, say};

const CAMPAIGN: &str = "campaign.toml";
const ORGANISATIONS: [&str; 2] = ["organisation.csv", "organisation.xlsx"];
const FOLDERS: [&str; 5] = ["forms", "honours", "ladders", "measures", "schemes"];

/// The list of units and its path.
pub(crate) fn organisation(folder: &Folder) -> Option<(&str, &[u8])> {
    let (path, bytes) = ORGANISATIONS
        .iter()
        .find_map(|path| folder.files.get_key_value(*path))?;
    Some((path, bytes))
}

/// What is wrong with the folder as a whole.
pub(crate) fn check(folder: &Folder) -> Vec<Diagnostic> {
    let ours = folder.files.keys().any(|path| FileKind::of(path).is_some());
    let strays: Vec<Diagnostic> = folder.files.keys().filter_map(|path| stray(path)).collect();
    if !ours && strays.is_empty() {
        return vec![empty()];
    }
    let missing = (!folder.files.contains_key(CAMPAIGN)).then(no_campaign);
    let schemes = folder
        .files
        .keys()
        .any(|path| FileKind::of(path) == Some(FileKind::Scheme));
    let no_schemes = (!schemes).then(no_schemes);
    missing
        .into_iter()
        .chain(no_schemes)
        .chain(two_organisations(folder))
        .chain(strays)
        .collect()
}

fn empty() -> Diagnostic {
    Diagnostic::error(
        codes::EMPTY_FOLDER,
        Place::whole(CAMPAIGN),
        say!("文件夹里没有活动的文件", "the folder holds no campaign"),
    )
    .remedy(say!(
        "用 merit new 建一个,或换一个文件夹。",
        "Make one with `merit new`, or name another folder."
    ))
}

fn no_campaign() -> Diagnostic {
    Diagnostic::error(
        codes::MISSING_FILE,
        Place::whole(CAMPAIGN),
        say!("缺少 campaign.toml", "campaign.toml is missing"),
    )
    .remedy(say!(
        "在文件夹的最上层建 campaign.toml,写明 id、name、calendar 和 category。",
        "Write campaign.toml at the top of the folder, with id, name, calendar and category."
    ))
}

fn no_schemes() -> Diagnostic {
    Diagnostic::error(
        codes::NO_SCHEMES,
        Place::whole("schemes/"),
        say!(
            "schemes/ 里没有一套考核细则",
            "there is no scheme in schemes/"
        ),
    )
    .remedy(say!(
        "为每个类别写一个 schemes/类别.toml。",
        "Write one schemes/CATEGORY.toml for each category."
    ))
}

fn two_organisations(folder: &Folder) -> Option<Diagnostic> {
    let [csv, xlsx] = ORGANISATIONS;
    let both = folder.files.contains_key(csv) && folder.files.contains_key(xlsx);
    both.then(|| {
        Diagnostic::error(
            codes::TWO_ORGANISATIONS,
            Place::whole(xlsx),
            say!(
                "单位名册有两份:{csv} 和 {xlsx}",
                "there are two lists of units: {csv} and {xlsx}"
            ),
        )
        .remedy(say!("只留一份。", "Keep one."))
    })
}

/// A file that won't be read though it looks as if it should: any other `.toml`, and whatever lies among our files.
fn stray(path: &str) -> Option<Diagnostic> {
    if FileKind::of(path).is_some() || path.split('/').any(|part| part.starts_with('.')) {
        return None;
    }
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let problem = say!("{path} 不会被读取", "{path} isn't read");
    let finding =
        |make: fn(_, _, _) -> Diagnostic| make(codes::UNKNOWN_FILE, Place::whole(path), problem);
    if looks_like_toml(name) || misspelt(path) {
        return Some(finding(Diagnostic::error).remedy(home(folder, name)));
    }
    let note = ["md", "txt"].contains(&ending.to_lowercase().as_str());
    let among_ours = FOLDERS
        .iter()
        .any(|ours| folder == *ours || folder.starts_with(&format!("{ours}/")));
    (among_ours && !note).then(|| finding(Diagnostic::warning).remedy(home(folder, name)))
}

/// Whether an ending was meant to be `.toml`: `.tml`, `.TOML`, `.toml.txt`.
fn looks_like_toml(name: &str) -> bool {
    let name = name.to_lowercase();
    let name = name.strip_suffix(".txt").unwrap_or(&name);
    name.rsplit_once('.').is_some_and(|(_, ending)| {
        matches!(ending, "toml" | "tml" | "tom" | "toml1" | "tolm" | "otml")
    })
}

fn misspelt(path: &str) -> bool {
    let name = path.to_lowercase();
    !ORGANISATIONS.contains(&path)
        && ORGANISATIONS
            .iter()
            .any(|known| strsim::osa_distance(known, &name) <= 1)
}

fn home(folder: &str, name: &str) -> Say {
    let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
    if misspelt(name) && folder.is_empty() {
        let [csv, xlsx] = ORGANISATIONS;
        return say!("改名为 {csv} 或 {xlsx}。", "Rename it {csv} or {xlsx}.");
    }
    let top = folder.split_once('/').map_or(folder, |(top, _)| top);
    if let Some(ours) = wording::meant(top, FOLDERS) {
        return say!("改为 {ours}/{stem}.toml。", "Make it {ours}/{stem}.toml.");
    }
    if let Some(known) = wording::meant(stem, ["campaign", "measures", "services"]) {
        return say!("改为 {known}.toml。", "Make it {known}.toml.");
    }
    say!(
        "活动的文件是 campaign.toml、measures.toml、services.toml 和 measures/、forms/、schemes/、honours/、ladders/ 里的 .toml;别的请移走。",
        "A campaign's files are campaign.toml, measures.toml, services.toml and the .toml files in measures/, forms/, schemes/, honours/ and ladders/; move others away."
    )
}
