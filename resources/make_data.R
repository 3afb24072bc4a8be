# Writes the data sets that ship with the project, and their checksums.
#
# Run from the project root:  Rscript resources/make_data.R
# Needs the Debian packages r-bioc-multtest, r-bioc-all and r-bioc-biobase (or the Bioconductor
# packages of the same names) and the command sha256sum.
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
write_expression <- function(path, values) {
  stopifnot(!anyNA(values), !anyDuplicated(rownames(values)), !anyDuplicated(colnames(values)))
  text <- matrix(as.character(values), nrow(values))
  stopifnot(as.numeric(text) == values)
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
  write_expression(file.path(folder, "expression.tsv.gz"), values)
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
  write_expression(file.path(folder, "expression.tsv.gz"), values)
  write_samples(file.path(folder, "samples.tsv"), samples)
}

# `sha256sum -c SHA256SUMS`, run inside resources/, checks the files.
write_checksums <- function(root, data_sets) {
  files <- file.path(rep(data_sets, each = 2), c("expression.tsv.gz", "samples.tsv"))
  previous <- setwd(root)
  on.exit(setwd(previous))
  write_text("SHA256SUMS", system2("sha256sum", sort(files, method = "radix"), stdout = TRUE))
}

main <- function(root = "resources") {
  if (!dir.exists(root)) {
    stop("there is no folder '", root, "' here: run this script from the project root")
  }
  makers <- list(leukemia = make_leukemia, bcr_abl = make_bcr_abl)
  for (data_set in names(makers)) {
    folder <- file.path(root, data_set)
    dir.create(folder, showWarnings = FALSE)
    makers[[data_set]](folder)
  }
  write_checksums(root, names(makers))
}

main()
