package org.bufferyard.conform.record;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.bufferyard.platform.input.BadInputException;

/**
 * A file of cases or facts, somewhere or in this bundle.
 *
 * @param name for messages
 * @param path empty for one that the product carries
 */
public record RecordFile(String name, Optional<Path> path) {
  private static final Pattern RUN = Pattern.compile("\"run\"\\s*:\\s*\"([^\"]+)\"");

  /** Resources: what Bufferyard carries. */
  private static final String CARRIED = "/org/bufferyard/conform/recorded/";

  private static final List<String> SCENARIOS =
      List.of(
          "bounce",
          "bounce_sg",
          "coherent_alloc",
          "coherent_share",
          "dma_debug",
          "dmabuf",
          "dmabuf_debug",
          "edu_dma",
          "fence",
          "group_share",
          "iova_burst",
          "iova_exhaust",
          "iova_order",
          "kmalloc_map",
          "map_page",
          "map_resource",
          "map_sg",
          "map_sg_odd",
          "mask_limits",
          "noncontig",
          "pool_alloc",
          "pool_direct_use",
          "pool_dmabuf",
          "pool_share",
          "restricted_pool",
          "sg_from_pages",
          "swiotlb_slots");

  static final String FACTS = "kernel-selftests.json.gz";

  public static RecordFile carried(String name) {
    return new RecordFile(name, Optional.empty());
  }

  /** Everything that the product carries, facts last. */
  public static List<RecordFile> allCarried() {
    return Stream.concat(
            SCENARIOS.stream().map(s -> carried(s + ".jsonl.gz")), Stream.of(carried(FACTS)))
        .toList();
  }

  /**
   * A file, or what lies directly in a folder.
   *
   * @throws BadInputException when there is nothing of ours
   */
  public static List<RecordFile> at(Path path) {
    if (!Files.isDirectory(path)) {
      RecordFile file = new RecordFile(path.toString(), Optional.of(path));
      if (!file.holdsCases() && !file.holdsFacts()) {
        throw new BadInputException(
            "neither vectors nor facts", file.name, "give .jsonl, .jsonl.gz, .json or .json.gz");
      }
      return List.of(file);
    }
    List<RecordFile> files = new ArrayList<>();
    try (Stream<Path> inside = Files.list(path)) {
      inside
          .sorted()
          .filter(Files::isRegularFile)
          .map(p -> new RecordFile(p.toString(), Optional.of(p)))
          .filter(f -> f.holdsCases() || f.holdsFacts())
          .forEach(files::add);
    } catch (IOException e) {
      throw new BadInputException("cannot be listed: " + e.getMessage(), path.toString(), "");
    }
    if (files.isEmpty()) {
      throw new BadInputException(
          "holds neither vectors nor facts", path.toString(), "give a folder with .jsonl.gz files");
    }
    return files;
  }

  /** The boot that a line is of, read as text: most lines need no more. */
  static Optional<String> run(String line) {
    Matcher run = RUN.matcher(line);
    return run.find() ? Optional.of(run.group(1)) : Optional.empty();
  }

  public boolean holdsCases() {
    return name.endsWith(".jsonl") || name.endsWith(".jsonl.gz");
  }

  public boolean holdsFacts() {
    return name.endsWith(".json") || name.endsWith(".json.gz");
  }

  /** The scenario that a carried file holds. */
  public Optional<String> carriedScenario() {
    return path.isEmpty() && holdsCases()
        ? Optional.of(name.substring(0, name.indexOf('.')))
        : Optional.empty();
  }

  public Optional<Path> folder() {
    return path.map(p -> p.toAbsolutePath().getParent());
  }

  public BufferedReader open() throws IOException {
    InputStream in =
        path.isPresent()
            ? Files.newInputStream(path.get())
            : Objects.requireNonNull(
                RecordFile.class.getResourceAsStream(CARRIED + name), name);
    try {
      InputStream plain =
          name.endsWith(".gz") ? new GZIPInputStream(new BufferedInputStream(in)) : in;
      return new BufferedReader(new InputStreamReader(plain, StandardCharsets.UTF_8));
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  /** The complaint about a file that could not be opened or read to its end. */
  public BadInputException unreadable(IOException e) {
    String what =
        switch (e) {
          case NoSuchFileException missing -> "no such file";
          case ZipException broken -> "no gzip file: " + broken.getMessage();
          default -> "cannot be read: " + e.getMessage();
        };
    return new BadInputException(what, name, "give an existing .jsonl or .jsonl.gz file");
  }
}
