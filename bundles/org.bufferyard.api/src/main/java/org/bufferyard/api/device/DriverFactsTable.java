package org.bufferyard.api.device;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Driver facts as a text file that a device bundle carries. Immutable, safe for any thread.
 *
 * <p>One driver a line, columns separated by {@code |}, {@code #} starts a comment line, {@code -}
 * stands for what the driver leaves alone:
 *
 * <pre>
 * models (blanks between) | driver | exporter ops | import path | mask bits | max segment | source
 * samsung,exynos5-gsc     | gsc    | vb2-contig   | vb2-dma-contig | -      | 0xffffffff  | gsc-core.c: gsc_probe()
 * </pre>
 *
 * <p>A column in front of the source says when the driver takes reserved regions, as a {@link
 * PoolUse#word}; it may be left out for always.
 *
 * <p>Mask bits are decimal, 1 to 64; the segment is in bytes, decimal or {@code 0x}; the import path
 * is an {@link ImportPath#word}.
 */
public final class DriverFactsTable {
  private static final int COLUMNS = 7;

  private final Map<String, DriverFacts> byModel;

  private DriverFactsTable(Map<String, DriverFacts> byModel) {
    this.byModel = byModel;
  }

  /**
   * Reads a resource beside a class.
   *
   * @param owner class of the bundle that carries the file
   * @param resource name as for {@link Class#getResourceAsStream}
   * @throws IllegalArgumentException when it is missing or a line is wrong, naming the line
   */
  public static DriverFactsTable read(Class<?> owner, String resource) {
    try (InputStream in = owner.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalArgumentException(resource + " is not in the bundle of " + owner.getName());
      }
      try (BufferedReader reader =
          new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
        return parse(resource, reader.lines().toList());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(resource, e);
    }
  }

  /**
   * Reads lines.
   *
   * @param name of the file, for messages
   * @throws IllegalArgumentException when a line is wrong, naming it
   */
  public static DriverFactsTable parse(String name, List<String> lines) {
    Map<String, DriverFacts> facts = new LinkedHashMap<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      try {
        addLine(line, facts);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(name + ":" + (i + 1) + ": " + e.getMessage(), e);
      }
    }
    return new DriverFactsTable(Collections.unmodifiableMap(facts));
  }

  private static void addLine(String line, Map<String, DriverFacts> facts) {
    List<String> cells =
        Arrays.stream(line.split("\\|", -1)).map(String::strip).toList();
    boolean hasPools = cells.size() == COLUMNS + 1;
    if (cells.size() != COLUMNS && !hasPools || cells.contains("")) {
      throw new IllegalArgumentException(
          "expected " + COLUMNS + " columns with a word or '-' in each, separated by '|'");
    }
    ImportPath path =
        ImportPath.of(cells.get(3))
            .orElseThrow(
                () -> new IllegalArgumentException("no import path '" + cells.get(3) + "'"));
    PoolUse pools = hasPools ? pools(cells.get(COLUMNS - 1)) : PoolUse.ALWAYS;
    DriverFacts driver =
        new DriverFacts(
            cells.get(1),
            cells.get(2),
            path,
            mask(cells.get(4)),
            bytes(cells.get(5)),
            pools,
            cells.getLast());
    for (String model : List.of(cells.get(0).split("\\s+"))) {
      if (facts.put(model, driver) != null) {
        throw new IllegalArgumentException("'" + model + "' stands in an earlier line too");
      }
    }
  }

  private static PoolUse pools(String cell) {
    return PoolUse.of(cell)
        .orElseThrow(() -> new IllegalArgumentException("no use of pools '" + cell + "'"));
  }

  private static OptionalLong mask(String cell) {
    OptionalLong bits = bytes(cell);
    if (bits.isEmpty()) {
      return bits;
    }
    long count = bits.getAsLong();
    if (count < 1 || count > 64) {
      throw new IllegalArgumentException("a mask of " + cell + " bits, expected 1 to 64");
    }
    return OptionalLong.of(-1L >>> (64 - count));
  }

  private static OptionalLong bytes(String cell) {
    if (cell.equals("-")) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Long.decode(cell));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + cell + "' is not a number", e);
    }
  }

  /** The facts of a model; {@link DriverFacts#unknown} for one that stands in no line. */
  public DriverFacts of(String model) {
    DriverFacts known = byModel.get(model);
    return known != null ? known : DriverFacts.unknown();
  }

  /** Models that stand in the table, in file order. */
  public Set<String> models() {
    return byModel.keySet();
  }

  /** Every fact once, in file order. */
  public List<DriverFacts> drivers() {
    return new ArrayList<>(new java.util.LinkedHashSet<>(byModel.values()));
  }
}
