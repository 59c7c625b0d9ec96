package org.bufferyard.platform.spec;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.bufferyard.platform.input.BadInputException;

/**
 * Finds the device that somebody means: by id, name, path, a suffix of a path that only one has, or
 * a devicetree name without its unit address that only one has. Immutable.
 */
public final class DeviceNames {
  private static final int SHOWN = 8;

  /** Letters at the start of a word that make another one look like it. */
  private static final int LIKENESS = 3;

  private final PlatformSpec board;

  public DeviceNames(PlatformSpec board) {
    this.board = board;
  }

  /**
   * @throws BadInputException when it fits no device, or several: the message lists them
   */
  public DeviceSpec find(String typed) {
    List<DeviceSpec> exact =
        board.devices().stream()
            .filter(d -> d.id().equals(typed) || d.name().equals(typed) || d.path().equals(typed))
            .toList();
    List<DeviceSpec> fits =
        exact.isEmpty()
            ? board.devices().stream().filter(d -> isSuffix(d.path(), typed)).toList()
            : exact;
    if (fits.isEmpty()) {
      fits = board.devices().stream().filter(d -> d.name().startsWith(typed + "@")).toList();
    }
    if (fits.size() == 1) {
      return fits.getFirst();
    }
    if (fits.isEmpty()) {
      throw new BadInputException(
          "board '" + board.name() + "' has no device '" + typed + "'",
          "",
          "it has "
              + list(board.devices().stream().map(DeviceSpec::name).toList(), typed)
              + board.leftOut().map(what -> "; " + what).orElse(""));
    }
    throw new BadInputException(
        "'" + typed + "' fits " + fits.size() + " devices of board '" + board.name() + "'",
        "",
        "say which: " + list(fits.stream().map(DeviceSpec::path).toList(), typed));
  }

  /** The shortest word that {@link #find} understands for a device; the id of an unknown one. */
  public String shortest(String id) {
    return board
        .device(id)
        .map(DeviceSpec::name)
        .filter(name -> board.devices().stream().filter(d -> d.name().equals(name)).count() == 1)
        .orElse(id);
  }

  /** A suffix starts where a path segment or a name in it starts. */
  private static boolean isSuffix(String path, String typed) {
    if (typed.isEmpty() || !path.endsWith(typed)) {
      return false;
    }
    int start = path.length() - typed.length();
    return start == 0 || path.charAt(start - 1) == '/' || typed.charAt(0) == '/';
  }

  /** The first of them, and before all others those that are like what was typed. */
  private static String list(List<String> names, String typed) {
    String start = typed.substring(0, Math.min(typed.length(), LIKENESS));
    String shown =
        names.stream()
            .sorted(
                Comparator.comparing((String name) -> start.isEmpty() || !name.contains(start))
                    .thenComparing(Comparator.naturalOrder()))
            .limit(SHOWN)
            .collect(Collectors.joining(", "));
    return names.isEmpty() ? "none" : shown + (names.size() > SHOWN ? ", …" : "");
  }
}
