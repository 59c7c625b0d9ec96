package org.bufferyard.conform.record;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.platform.input.BadInputException;

/** Reads one line of a vector file, and says what is wrong with a broken one. */
public final class CaseReader {
  private final String where;

  private CaseReader(String where) {
    this.where = where;
  }

  /**
   * @param where file and line
   * @throws BadInputException when the line is no case
   */
  public static RecordedCase read(String line, String where) {
    return new CaseReader(where).read(line);
  }

  private RecordedCase read(String line) {
    JsonElement json;
    try {
      json = JsonParser.parseString(line);
    } catch (JsonParseException e) {
      throw broken("no JSON (" + firstSentence(e) + ")");
    }
    JsonObject object = object(json, "the line");
    JsonObject input = object(member(object, "input"), "input");
    JsonObject output = object(member(object, "output"), "output");
    List<String> ops = strings(member(input, "ops"), "input.ops");
    List<JsonObject> results = new ArrayList<>();
    for (JsonElement result : array(member(output, "results"), "output.results")) {
      results.add(object(result, "output.results[" + results.size() + "]"));
    }
    if (ops.size() != results.size()) {
      throw broken(ops.size() + " commands but " + results.size() + " results");
    }
    return new RecordedCase(
        text(object, "scenario"),
        text(object, "id"),
        text(object, "run"),
        text(object, "config"),
        ops,
        results,
        Optional.ofNullable(output.get("trace")).map(t -> array(t, "output.trace")),
        output.has("kmsg") ? strings(output.get("kmsg"), "output.kmsg") : List.of(),
        where);
  }

  private JsonElement member(JsonObject object, String name) {
    JsonElement value = object.get(name);
    if (value == null) {
      throw broken("no " + name);
    }
    return value;
  }

  private String text(JsonObject object, String name) {
    return string(member(object, name), name);
  }

  private String string(JsonElement value, String name) {
    if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isString()) {
      throw broken(name + " is no text");
    }
    return value.getAsString();
  }

  private List<String> strings(JsonElement value, String name) {
    List<String> strings = new ArrayList<>();
    for (JsonElement element : array(value, name)) {
      strings.add(string(element, name + "[" + strings.size() + "]"));
    }
    return strings;
  }

  private JsonArray array(JsonElement value, String name) {
    if (!value.isJsonArray()) {
      throw broken(name + " is no list");
    }
    return value.getAsJsonArray();
  }

  private JsonObject object(JsonElement value, String name) {
    if (!value.isJsonObject()) {
      throw broken(name + " is no object");
    }
    return value.getAsJsonObject();
  }

  private BadInputException broken(String what) {
    return new BadInputException(
        "broken vector line, " + what, where, "repair or remove the line");
  }

  /** Gson adds a link to its troubleshooting page; nobody who repairs a line needs it. */
  private static String firstSentence(JsonParseException e) {
    String message = e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
    return String.valueOf(message).lines().findFirst().orElse("").strip();
  }
}
