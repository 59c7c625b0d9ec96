package org.bufferyard.conform;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.bufferyard.platform.conform.ConformReport.Difference;
import org.bufferyard.platform.conform.ConformReport.Format;
import org.bufferyard.platform.conform.ConformReport.Limit;

/**
 * What is known to lie beyond the model: single cases whose recorded answer hangs on something that
 * the record does not hold, and whole areas that nothing models. Naming a case here changes no
 * count; it adds the reason to the difference.
 */
final class KnownLimits {
  private static final String RESOURCE = "known-limits.json";

  /** Which differences a reason is for; each pattern has to match as a whole. */
  private record Known(Pattern scenario, Pattern run, Pattern id, Pattern field, String why) {
    boolean covers(Difference d) {
      return scenario.matcher(d.scenario()).matches()
          && run.matcher(d.run()).matches()
          && id.matcher(d.id()).matches()
          && field.matcher(d.field()).matches();
    }
  }

  private final List<Known> known = new ArrayList<>();
  private final List<Limit> limits = new ArrayList<>();
  private final List<Format> formats = new ArrayList<>();

  private KnownLimits(JsonObject json) {
    for (JsonElement element : json.getAsJsonArray("differences")) {
      JsonObject o = element.getAsJsonObject();
      known.add(
          new Known(
              pattern(o, "scenario"),
              pattern(o, "run"),
              pattern(o, "id"),
              pattern(o, "field"),
              o.get("why").getAsString()));
    }
    for (JsonElement element : json.getAsJsonArray("notModelled")) {
      JsonObject o = element.getAsJsonObject();
      limits.add(new Limit(o.get("area").getAsString(), o.get("text").getAsString()));
    }
    for (JsonElement element : json.getAsJsonArray("tableFormats")) {
      JsonObject o = element.getAsJsonObject();
      Optional<String> facts =
          Optional.of(o.get("facts").getAsString()).filter(text -> !text.isEmpty());
      formats.add(new Format(o.get("format").getAsString(), facts, o.get("bits").getAsString()));
    }
  }

  private static Pattern pattern(JsonObject known, String name) {
    JsonElement value = known.get(name);
    return Pattern.compile(value == null ? ".*" : value.getAsString());
  }

  /** What the product knows of itself. */
  static KnownLimits carried() {
    try (Reader reader =
        new InputStreamReader(
            Objects.requireNonNull(KnownLimits.class.getResourceAsStream(RESOURCE)),
            StandardCharsets.UTF_8)) {
      return of(reader);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static KnownLimits of(Reader reader) {
    return new KnownLimits(JsonParser.parseReader(reader).getAsJsonObject());
  }

  List<Limit> limits() {
    return limits;
  }

  List<Format> formats() {
    return formats;
  }

  /** The same difference, with its reason when one is known. */
  Difference explain(Difference d) {
    Optional<String> why = known.stream().filter(k -> k.covers(d)).map(Known::why).findFirst();
    return new Difference(
        d.scenario(), d.run(), d.id(), d.op(), d.field(), d.expected(), d.actual(), why);
  }
}
