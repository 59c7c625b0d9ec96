package org.bufferyard.conform.answer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Compares an answer of the model with a recorded one, field by field. A field that only one of them
 * has is a difference too.
 */
public final class Comparison {
  /** Fields that only some releases' recorder wrote. */
  private static final Set<String> WHERE_RECORDED = Set.of("addressing_limited");

  private static final String ABSENT = "absent";

  private Comparison() {}

  /** Told each field that differs. */
  @FunctionalInterface
  public interface Sink {
    void differs(String field, String expected, String actual);
  }

  public static void compare(JsonObject recorded, JsonObject model, Sink sink) {
    Set<String> fields = new LinkedHashSet<>(recorded.keySet());
    for (Map.Entry<String, JsonElement> entry : model.entrySet()) {
      if (!WHERE_RECORDED.contains(entry.getKey())) {
        fields.add(entry.getKey());
      }
    }
    for (String field : fields) {
      JsonElement expected = recorded.get(field);
      JsonElement actual = model.get(field);
      if (!same(expected, actual)) {
        sink.differs(field, text(expected), text(actual));
      }
    }
  }

  /** Numbers by value, whatever type they were parsed to; texts, lists and objects by content. */
  public static boolean same(JsonElement a, JsonElement b) {
    if (a == null || b == null) {
      return a == b;
    }
    if (a instanceof JsonArray left && b instanceof JsonArray right) {
      return sameLists(left, right);
    }
    if (a instanceof JsonPrimitive left && b instanceof JsonPrimitive right) {
      return left.isNumber() && right.isNumber()
          ? left.getAsBigDecimal().compareTo(right.getAsBigDecimal()) == 0
          : left.isString() == right.isString() && left.getAsString().equals(right.getAsString());
    }
    return a.equals(b);
  }

  private static boolean sameLists(JsonArray left, JsonArray right) {
    if (left.size() != right.size()) {
      return false;
    }
    for (int i = 0; i < left.size(); i++) {
      if (!same(left.get(i), right.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static String text(JsonElement value) {
    if (value == null) {
      return ABSENT;
    }
    return value.isJsonPrimitive() ? value.getAsString() : value.toString();
  }
}
