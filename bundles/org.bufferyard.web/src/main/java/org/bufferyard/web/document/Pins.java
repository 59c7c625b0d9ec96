package org.bufferyard.web.document;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.bufferyard.web.wire.Failure;
import org.bufferyard.web.wire.Message;

/**
 * Positions that people gave to elements, in a file beside the board. A file that is broken counts
 * as none and is left alone until a pin changes. One thread.
 */
final class Pins {
  private static final System.Logger LOG = System.getLogger(Pins.class.getName());
  private static final int MOST = 20_000;

  private final Workspace workspace;
  private final Map<String, double[]> pins = new TreeMap<>();
  private final Set<String> collapsed = new TreeSet<>();

  Pins(Workspace workspace) {
    this.workspace = workspace;
  }

  private static String file(String board) {
    String name = board.endsWith(Workspace.BOARD)
        ? board.substring(0, board.length() - Workspace.BOARD.length())
        : board;
    return name + ".layout";
  }

  void read(String board) {
    try {
      String text = new String(workspace.read(file(board)), StandardCharsets.UTF_8);
      if (JsonParser.parseString(text) instanceof JsonObject json) {
        take(new Message(json), false);
      }
    } catch (Failure | JsonParseException e) {
      LOG.log(Level.DEBUG, "no layout for {0}: {1}", board, e.getMessage());
    }
  }

  /**
   * @param merge whether what is not named stays
   */
  void take(Message message, boolean merge) {
    if (!merge) {
      pins.clear();
      collapsed.clear();
    }
    Message given = message.message("pins");
    for (String key : given.names()) {
      if (given.has(key)) {
        pins.put(key, place(given.array(key)));
      } else {
        pins.remove(key);
      }
    }
    if (message.has("collapsed")) {
      collapsed.clear();
      collapsed.addAll(message.texts("collapsed"));
    }
    if (pins.size() > MOST || collapsed.size() > MOST) {
      throw new Failure(Failure.Kind.TOO_LARGE, "more than " + MOST + " pins");
    }
  }

  private static double[] place(JsonArray array) {
    try {
      if (array.size() == 2) {
        double[] place = {array.get(0).getAsDouble(), array.get(1).getAsDouble()};
        if (Double.isFinite(place[0]) && Double.isFinite(place[1])) {
          return place;
        }
      }
    } catch (NumberFormatException | UnsupportedOperationException | IllegalStateException e) {
      throw Failure.bad("a pin is [x, y]");
    }
    throw Failure.bad("a pin is [x, y]");
  }

  JsonObject json() {
    JsonObject places = new JsonObject();
    pins.forEach(
        (key, place) -> {
          JsonArray array = new JsonArray();
          array.add(place[0]);
          array.add(place[1]);
          places.add(key, array);
        });
    JsonArray folded = new JsonArray();
    collapsed.forEach(folded::add);
    JsonObject json = new JsonObject();
    json.add("pins", places);
    json.add("collapsed", folded);
    return json;
  }

  boolean isEmpty() {
    return pins.isEmpty() && collapsed.isEmpty();
  }

  /** Beside the board, one pin a line. Keys that die with the session are left out. */
  void write(String board) {
    StringBuilder text = new StringBuilder("{\n  \"pins\": {");
    String comma = "\n";
    for (Map.Entry<String, double[]> pin : pins.entrySet()) {
      if (!pin.getKey().startsWith("~")) {
        text.append(comma).append("    ").append(quoted(pin.getKey())).append(": [");
        text.append(number(pin.getValue()[0])).append(", ");
        text.append(number(pin.getValue()[1])).append("]");
        comma = ",\n";
      }
    }
    text.append(comma.equals("\n") ? "}" : "\n  }").append(",\n  \"collapsed\": [");
    String between = "";
    for (String key : collapsed) {
      text.append(between).append(quoted(key));
      between = ", ";
    }
    text.append("]\n}\n");
    try {
      WholeFile.write(
          workspace.resolve(file(board)), text.toString().getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw Failure.refused(file(board) + ": cannot be written; look at its permissions");
    }
  }

  private static String quoted(String text) {
    return new com.google.gson.JsonPrimitive(text).toString();
  }

  private static String number(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }
}
