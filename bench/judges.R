# lme4's side of bench/judges.sh: the same fit of the same file, in the same run.
#   Rscript judges.R FILE
suppressMessages(library(lme4))
file <- commandArgs(trailingOnly = TRUE)[1]
marks <- read.csv(file)
for (column in c("s", "d", "service", "dept")) marks[[column]] <- factor(marks[[column]])
seconds <- system.time(
  fit <- lmer(y ~ 1 + service + (1 | s) + (1 | d) + (1 | dept), marks, REML = FALSE,
              control = lmerControl(calc.derivs = FALSE))
)[["elapsed"]]
cat(sprintf("lme4 %s deviance %.6f fit %.3f s\n", packageVersion("lme4"), -2 * as.numeric(logLik(fit)), seconds))
