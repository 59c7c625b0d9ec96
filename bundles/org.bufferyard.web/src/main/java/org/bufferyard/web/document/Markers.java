package org.bufferyard.web.document;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.platform.check.Checks;
import org.bufferyard.platform.check.Finding;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.topology.edit.Inspection;
import org.eclipse.emf.ecore.EObject;

/**
 * What is to be said about a board at one revision.
 *
 * @param rev of the document
 * @param spec compiled; empty when there are errors
 * @param errors how many
 * @param warnings how many
 * @param json the {@code markers} event
 */
record Markers(long rev, Optional<PlatformSpec> spec, int errors, int warnings, JsonObject json) {
  static final int MOST = 500;

  private static final Pattern FEATURE = Pattern.compile("'?([A-Za-z][A-Za-z0-9]*)'?[ :].*");
  private static final List<String> WORST_FIRST = List.of("error", "warning", "note");

  private record Marker(
      String severity, String element, String feature, String text, String remedy, String rule) {
    JsonObject json() {
      JsonObject json = new JsonObject();
      json.addProperty("severity", severity);
      json.addProperty("element", element);
      json.addProperty("text", text);
      add(json, "feature", feature);
      add(json, "todo", remedy);
      add(json, "rule", rule);
      return json;
    }

    private static void add(JsonObject json, String name, String value) {
      if (!value.isEmpty()) {
        json.addProperty(name, value);
      }
    }
  }

  /**
   * @param keys of the elements that were inspected
   * @param checks of boards; none when nobody offers them
   */
  static Markers of(
      String doc,
      long rev,
      Inspection inspection,
      Map<EObject, String> keys,
      Optional<Checks> checks) {
    List<Marker> all = new ArrayList<>();
    inspection.problems().forEach(p -> all.add(marker(p, keys)));
    inspection
        .spec()
        .ifPresent(
            spec ->
                checks.ifPresent(
                    c -> c.of(spec, KernelProfile.DEFAULT).forEach(f -> all.add(marker(f)))));
    all.sort(Comparator.comparingInt(m -> WORST_FIRST.indexOf(m.severity())));
    JsonObject json = new JsonObject();
    json.addProperty("doc", doc);
    json.addProperty("rev", rev);
    JsonObject total = new JsonObject();
    WORST_FIRST.forEach(s -> total.addProperty(s, count(all, s)));
    json.add("total", total);
    JsonArray array = new JsonArray();
    all.stream().limit(MOST).forEach(m -> array.add(m.json()));
    json.add("markers", array);
    return new Markers(
        rev, inspection.spec(), count(all, "error"), count(all, "warning"), json);
  }

  private static int count(List<Marker> all, String severity) {
    return (int) all.stream().filter(m -> m.severity().equals(severity)).count();
  }

  private static Marker marker(Inspection.Found found, Map<EObject, String> keys) {
    String element = found.element().map(e -> keys.getOrDefault(e, "")).orElse(found.label());
    String text = found.what();
    if (element.isEmpty() && found.line() > 0) {
      text = "line " + found.line() + ": " + text;
    }
    return new Marker(
        found.isError() ? "error" : "warning", element, feature(found), text, found.remedy(), "");
  }

  /** Checks start with the feature that they are about, if it is about one. */
  private static String feature(Inspection.Found found) {
    Matcher matcher = FEATURE.matcher(found.what());
    return found
        .element()
        .filter(e -> matcher.matches())
        .filter(e -> e.eClass().getEStructuralFeature(matcher.group(1)) != null)
        .map(e -> matcher.group(1))
        .orElse("");
  }

  private static Marker marker(Finding finding) {
    return new Marker(
        finding.severity().name().toLowerCase(Locale.ROOT),
        finding.element(),
        "",
        finding.text(),
        "",
        finding.rule().id());
  }
}
