package org.bufferyard.shell;

import java.util.Arrays;
import java.util.Optional;

/** The commands that Bufferyard brings, in the order in which help lists them. */
enum KnownCommand {
  EXPLAIN("explain", "verdict and reason chain for an exporter and importers"),
  MATRIX("matrix", "the verdict for every exporter, importer and kind of memory"),
  IMPORT("import", "make a board file of a devicetree blob"),
  RUN("run", "run a scenario and print its report"),
  CHECK("check", "what is wrong with boards before anything runs on them"),
  CONFORM("conform", "replay recorded kernels and list every difference"),
  WHY("why", "which plug-ins are used, and why the others are not"),
  SOAK("soak", "exchange plug-ins at random under load, then draw the balance"),
  START("start", "a yard that stays: pipelines, page, plug-in folder, shell"),
  OPEN("open", "let one more scenario stream in the running yard"),
  STATUS("status", "what the running yard is doing"),
  FEATURE("feature", "install, update, remove or list features of the running yard"),
  PLUGIN("plugin", "the same for single bundles"),
  STOP("stop", "stop the running yard"),
  NEW("new", "a project for a device of your own");

  private final String word;
  private final String says;

  KnownCommand(String word, String says) {
    this.word = word;
    this.says = says;
  }

  String word() {
    return word;
  }

  String says() {
    return says;
  }

  static Optional<KnownCommand> of(String word) {
    return Arrays.stream(values()).filter(c -> c.word.equals(word)).findFirst();
  }
}
