package org.bufferyard.shell.command;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that every command takes. */
public final class CommonOptions {
  /** How an answer is written. */
  public enum Format {
    text,
    json,
    /** A page of documentation; only where a command says so. */
    markdown,
    /** Findings for code review and editors; only where a command says so. */
    sarif,
    /** Test results for build servers; only where a command says so. */
    junit
  }

  @Option(
      names = "--format",
      paramLabel = "text|json",
      description = "How to write the answer (default: ${DEFAULT-VALUE}).")
  private Format format = Format.text;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Write the answer to FILE as well, in the same format.")
  private Path report;

  @Option(names = "--quiet", description = "Print nothing but mistakes; the exit code answers.")
  private boolean quiet;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Say how this command is used.")
  private boolean help;

  public Format format() {
    return format;
  }

  public Optional<Path> report() {
    return Optional.ofNullable(report);
  }

  public boolean quiet() {
    return quiet;
  }
}
