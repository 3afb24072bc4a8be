# Writes the data sets that ship with the project, and their checksums.
#
# Run from the project root:  Rscript resources/make_data.R
# Needs the Debian packages r-bioc-multtest, r-bioc-all, r-bioc-biobase, r-cran-pls and
# r-bioc-dirichletmultinomial (or the Bioconductor and CRAN packages of the same names) and the
# command sha256sum.
#
# The files are byte-reproducible: R's gzfile() writes no time stamp, rows and columns stand in
# the order of the source, and numbers are written with as.character(). The shipped files were
# made on Debian 12; another zlib may compress the same text to other bytes.

write_text <- function(path, lines, compress = FALSE) {
  connection <- if (compress) gzfile(path, open = "wb", compression = 9) else file(path, "wb")
  on.exit(close(connection))
  writeLines(enc2utf8(lines), connection, sep = "\n")
}

# values: features x samples, with row names and column names.
write_features <- function(path, values) {
  stopifnot(!anyNA(values), !anyDuplicated(rownames(values)), !anyDuplicated(colnames(values)))
  text <- matrix(as.character(values), nrow(values))
  # The text is exact to a double's 15 digits; R's own reading may miss the last bit.
  stopifnot(abs(as.numeric(text) - values) <= 1e-15 * pmax(1, abs(values)))
  columns <- lapply(seq_len(ncol(text)), function(j) text[, j])
  rows <- do.call(paste, c(list(rownames(values)), columns, sep = "\t"))
  header <- paste(c("feature", colnames(values)), collapse = "\t")
  write_text(path, c(header, rows), compress = TRUE)
}

# Missing values become empty cells.
write_samples <- function(path, samples) {
  cells <- lapply(samples, function(column) ifelse(is.na(column), "", as.character(column)))
  stopifnot(!grepl("[\t\n\"]", unlist(cells)))
  rows <- do.call(paste, c(unname(cells), sep = "\t"))
  write_text(path, c(paste(names(samples), collapse = "\t"), rows))
}

# Acute leukaemia, ALL against AML: multtest's `golub`, values untouched.
make_leukemia <- function(folder) {
  box <- new.env()
  utils::data("golub", package = "multtest", envir = box)
  values <- box$golub
  # The sample names are ours: the source has none, and a label must not stand in an identifier.
  samples <- sprintf("S%02d", seq_len(ncol(values)))
  dimnames(values) <- list(make.unique(trimws(box$golub.gnames[, 3])), samples)
  subtype <- c("ALL", "AML")[box$golub.cl + 1]
  write_features(file.path(folder, "expression.tsv.gz"), values)
  write_samples(file.path(folder, "samples.tsv"), data.frame(sample = samples, subtype = subtype))
}

# B-cell acute lymphoblastic leukaemia, BCR/ABL fusion against no known rearrangement.
make_bcr_abl <- function(folder) {
  box <- new.env()
  utils::data("ALL", package = "ALL", envir = box)
  source_samples <- Biobase::pData(box$ALL)
  keep <- startsWith(as.character(source_samples$BT), "B") &
    source_samples$mol.biol %in% c("BCR/ABL", "NEG")
  chosen <- source_samples[keep, ]
  # Four decimals are far below the noise of a microarray and cut the file from 7.9 to 2.7 MB.
  values <- round(Biobase::exprs(box$ALL)[, keep], 4)
  colnames(values) <- chosen$cod
  diagnosis <- as.Date(chosen$diagnosis, format = "%m/%d/%Y")
  # Columns that restate the outcome (t(9;22), citog, fusion protein) are left out.
  samples <- data.frame(
    sample = chosen$cod, mol_biol = chosen$mol.biol, sex = chosen$sex, age = chosen$age,
    stage = chosen$BT, diagnosis_date = format(diagnosis),
    diagnosis_year = format(diagnosis, "%Y"),
    ploidy = c("dyploid" = "diploid", "hyperd." = "hyperdiploid")[as.character(chosen$kinet)],
    multidrug_resistance = chosen$mdr, remission = chosen$remission, relapse = chosen$relapse
  )
  write_features(file.path(folder, "expression.tsv.gz"), values)
  write_samples(file.path(folder, "samples.tsv"), samples)
}

# Gut microbes of twins and their mothers by body mass index: DirichletMultinomial's example files.
make_obesity <- function(folder) {
  file <- function(name) {
    system.file("extdata", name, package = "DirichletMultinomial", mustWork = TRUE)
  }
  # The source's column names TS1.2 and TS1 are the second and the first sample of subject TS1.
  counts <- as.matrix(utils::read.csv(file("Twins.csv"), row.names = 1, check.names = FALSE))
  samples <- colnames(counts)
  # The codes of TwinStudy.t, which has a number per sample, as the package's vignette reads them.
  bmi_class <- c("lean", "obese", "overweight")[scan(file("TwinStudy.t"), quiet = TRUE) + 1]
  second <- endsWith(samples, ".2")
  write_features(file.path(folder, "counts.tsv.gz"), counts)
  sheet <- data.frame(
    sample = samples, bmi_class = bmi_class, subject = sub("[.]2$", "", samples),
    visit = ifelse(second, 2, 1)
  )
  write_samples(file.path(folder, "samples.tsv"), sheet)
  two <- sheet[sheet$bmi_class != "overweight", ]
  write_samples(file.path(folder, "lean_obese.tsv"), two)
}

# Near-infrared spectra and octane numbers of gasoline: pls's `gasoline`, values untouched.
make_gasoline <- function(folder) {
  box <- new.env()
  utils::data("gasoline", package = "pls", envir = box)
  samples <- sprintf("G%02d", seq_len(nrow(box$gasoline)))
  spectra <- t(unclass(box$gasoline$NIR))
  colnames(spectra) <- samples
  # The pls manual's example trains on the first 50 and tests on the last 10.
  write_features(file.path(folder, "spectra.tsv.gz"), spectra)
  sheet <- data.frame(
    sample = samples, octane = box$gasoline$octane,
    set = rep(c("train", "test"), c(50, 10))
  )
  write_samples(file.path(folder, "samples.tsv"), sheet)
  for (set in c("train", "test")) {
    rows <- sheet[sheet$set == set, c("sample", "octane")]
    write_samples(file.path(folder, paste0("samples_", set, ".tsv")), rows)
  }
}

# `sha256sum -c SHA256SUMS`, run inside resources/, checks the files.
write_checksums <- function(root, data_sets) {
  files <- unlist(lapply(data_sets, function(name) {
    file.path(name, list.files(file.path(root, name), "[.]tsv([.]gz)?$"))
  }))
  previous <- setwd(root)
  on.exit(setwd(previous))
  write_text("SHA256SUMS", system2("sha256sum", sort(files, method = "radix"), stdout = TRUE))
}

main <- function(root = "resources") {
  if (!dir.exists(root)) {
    stop("there is no folder '", root, "' here: run this script from the project root")
  }
  makers <- list(
    leukemia = make_leukemia, bcr_abl = make_bcr_abl, obesity = make_obesity,
    gasoline = make_gasoline
  )
  for (data_set in names(makers)) {
    folder <- file.path(root, data_set)
    dir.create(folder, showWarnings = FALSE)
    makers[[data_set]](folder)
  }
  # Made by make_nutrimouse.py and make_breast_cancer.py.
  write_checksums(root, c(names(makers), "breast_cancer", "nutrimouse"))
}

main()
