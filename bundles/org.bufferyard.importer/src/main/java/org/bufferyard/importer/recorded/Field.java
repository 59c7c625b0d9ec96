package org.bufferyard.importer.recorded;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.platform.input.BadInputException;

/** A JSON value that knows where it stands, so that every complaint can say it. */
record Field(JsonElement json, String where, String path) {

  /** A member that must be there. */
  Field member(String name) {
    return optional(name).orElseThrow(() -> wrong("has no \"" + name + "\""));
  }

  /** A member that may be missing or null. */
  Optional<Field> optional(String name) {
    if (!(json instanceof JsonObject object)) {
      throw wrong("is no object");
    }
    JsonElement value = object.get(name);
    return value == null || value.isJsonNull()
        ? Optional.empty()
        : Optional.of(new Field(value, where, path.isEmpty() ? name : path + "." + name));
  }

  List<String> names() {
    if (!json.isJsonObject()) {
      throw wrong("is no object");
    }
    return List.copyOf(json.getAsJsonObject().keySet());
  }

  List<Field> elements() {
    if (!json.isJsonArray()) {
      throw wrong("is no list");
    }
    List<Field> elements = new ArrayList<>();
    for (JsonElement element : json.getAsJsonArray()) {
      elements.add(new Field(element, where, path + "[" + elements.size() + "]"));
    }
    return elements;
  }

  /** Element of a list with a fixed meaning per position. */
  Field at(int index) {
    List<Field> elements = elements();
    if (index >= elements.size()) {
      throw wrong("has no element " + index);
    }
    return elements.get(index);
  }

  String text() {
    if (!json.isJsonPrimitive() || !json.getAsJsonPrimitive().isString()) {
      throw wrong("is no text");
    }
    return json.getAsString();
  }

  /** A number, or text in hexadecimal with {@code 0x}; unsigned. */
  long number() {
    if (!json.isJsonPrimitive()) {
      throw wrong("is no number");
    }
    String text = json.getAsString();
    try {
      return text.startsWith("0x")
          ? Long.parseUnsignedLong(text.substring(2), 16)
          : Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw wrong("is no number: " + text);
    }
  }

  boolean flag() {
    return number() != 0;
  }

  BadInputException wrong(String what) {
    String subject = path.isEmpty() ? "the environment " : "\"" + path + "\" ";
    return new BadInputException(
        subject + what, where, "give the environment file as the recorder wrote it");
  }
}
