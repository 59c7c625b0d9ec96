package org.bufferyard.importer.devicetree;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where nodes stand in their source: read from what {@code dtc -T} annotates. Stateless. */
final class SourcePlaces {
  /** Labels, name, brace, and in a comment the places: {@code board.dtsi:12, board.dts:7}. */
  private static final Pattern BEGIN =
      Pattern.compile("^\\s*(?:[\\w]+:\\s*)*(\\S+)\\s*\\{\\s*(?:/\\*\\s*(\\S+?):(\\d+)[:,\\s].*)?$");

  private static final Pattern END = Pattern.compile("^\\s*\\};.*$");

  private SourcePlaces() {}

  /** Node path to file and line, such as {@code board.dtsi:12}; the first place counts. */
  static Map<String, String> of(String annotated) {
    Map<String, String> places = new HashMap<>();
    Deque<String> open = new ArrayDeque<>();
    annotated
        .lines()
        .forEach(
            line -> {
              Matcher begin = BEGIN.matcher(line);
              if (begin.matches()) {
                open.addLast(begin.group(1));
                if (begin.group(2) != null) {
                  places.putIfAbsent(path(open), file(begin.group(2)) + ":" + begin.group(3));
                }
              } else if (END.matcher(line).matches() && !open.isEmpty()) {
                open.removeLast();
              }
            });
    return places;
  }

  private static String path(Deque<String> open) {
    StringBuilder path = new StringBuilder();
    Iterator<String> names = open.iterator();
    names.next(); // the root is "/"
    names.forEachRemaining(name -> path.append('/').append(name));
    return path.isEmpty() ? "/" : path.toString();
  }

  /** Without its folder: a board file shows nobody's home. */
  private static String file(String written) {
    return written.substring(written.lastIndexOf('/') + 1);
  }
}
