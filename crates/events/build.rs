//! Compiles every file below `proto/` to Rust with a serde form that follows the proto3 JSON mapping.
//! protox reads the files itself, so no `protoc` is needed.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// What is told of a file besides its text.
struct File {
    path: String,
    imports: Vec<String>,
    messages: Vec<String>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto");
    let mut files = Vec::new();
    collect(&root, &mut files)?;
    files.sort();
    println!("cargo::rerun-if-changed={}", root.display());

    let descriptors = protox::compile(&files, [&root])?;
    let mut encoded = Vec::new();
    protox::prost::Message::encode(&descriptors, &mut encoded)?;

    let ours = |path: &str| path.starts_with("milepost/");
    let sources = descriptors.file.iter().filter(|file| ours(file.name()));
    let sources: Vec<File> = sources
        .map(|file| File {
            path: file.name().to_owned(),
            imports: file
                .dependency
                .iter()
                .filter(|path| ours(path))
                .cloned()
                .collect(),
            messages: file
                .message_type
                .iter()
                .map(|message| format!("{}.{}", file.package(), message.name()))
                .collect(),
        })
        .collect();
    write_sources(&root, &sources)?;
    prost_build::Config::new()
        .bytes(["."])
        .compile_well_known_types()
        .extern_path(".google.protobuf", "::pbjson_types")
        .compile_fds(descriptors)?;
    pbjson_build::Builder::new()
        .register_descriptors(&encoded)?
        .build(&[".milepost"])?;
    write_modules(&root)?;
    Ok(())
}

/// Writes `milepost.rs`: a module per noun and version with the types and their serde form.
fn write_modules(root: &Path) -> Result<(), Box<dyn Error>> {
    let mut nouns: Vec<String> = std::fs::read_dir(root.join("milepost"))?
        .map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()))
        .collect::<Result<_, _>>()?;
    nouns.sort();
    let mut text = String::from("pub mod milepost {\n");
    for noun in nouns {
        write!(
            text,
            "pub mod {noun} {{ pub mod v1 {{\n\
             include!(concat!(env!(\"OUT_DIR\"), \"/milepost.{noun}.v1.rs\"));\n\
             include!(concat!(env!(\"OUT_DIR\"), \"/milepost.{noun}.v1.serde.rs\"));\n}} }}\n"
        )?;
    }
    text.push_str("}\n");
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(out.join("milepost.rs"), text)?;
    Ok(())
}

/// Writes `sources.rs`: the files of the schema as they are, what each imports of the others, and its messages.
fn write_sources(root: &Path, files: &[File]) -> Result<(), Box<dyn Error>> {
    let mut text = String::from("&[\n");
    for File {
        path,
        imports,
        messages,
    } in files
    {
        writeln!(
            text,
            "Source {{ path: {path:?}, text: include_str!({:?}), imports: &{imports:?}, messages: &{messages:?} }},",
            root.join(path),
        )?;
    }
    text.push(']');
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(out.join("sources.rs"), text)?;
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "proto") {
            files.push(path);
        }
    }
    Ok(())
}
