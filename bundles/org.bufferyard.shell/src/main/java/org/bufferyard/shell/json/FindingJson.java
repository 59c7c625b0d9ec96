package org.bufferyard.shell.json;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.Locale;
import org.bufferyard.platform.check.Finding;
import org.bufferyard.platform.spec.DeviceNames;

/** What a rule found, with the events that clash. */
public final class FindingJson {
  private FindingJson() {}

  public static JsonObject of(Finding finding, DeviceNames names) {
    JsonObject json = new JsonObject();
    json.addProperty("family", word(finding.family()));
    json.addProperty("severity", word(finding.severity()));
    json.addProperty("rule", finding.rule().id());
    json.addProperty("kernel", finding.rule().function());
    json.addProperty("element", names.shortest(finding.element()));
    json.addProperty("text", finding.text());
    JsonArray events = new JsonArray();
    for (Finding.Clue clue : finding.clues()) {
      JsonObject event = new JsonObject();
      event.addProperty("position", clue.position());
      event.addProperty("event", clue.event().getClass().getSimpleName());
      event.addProperty("element", names.shortest(clue.event().element()));
      events.add(event);
    }
    json.add("events", events);
    return json;
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
