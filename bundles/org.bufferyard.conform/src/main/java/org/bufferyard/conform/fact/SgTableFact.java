package org.bufferyard.conform.fact;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.bufferyard.api.memory.PageBacking;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.SgAppendTable;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.conform.answer.RecordedPlaces;

/** A scatterlist made of an array of pages, in one call or in two. */
public final class SgTableFact {
  private SgTableFact() {}

  /**
   * @throws IllegalArgumentException when the input has another shape
   */
  public static JsonObject answer(JsonObject input) {
    SgAppendTable made = new SgAppendTable();
    long size = number(input, "size");
    long maxSegment = number(input, "maxSegment");
    int rc = made.fromPages(pages(input, "pfns"), number(input, "offset"), size, maxSegment);
    boolean appends = input.has("appendPfns");
    if (appends && rc == 0) {
      rc = made.append(pages(input, "appendPfns"), 0, size, maxSegment);
    }
    JsonObject answer = new JsonObject();
    answer.addProperty("rc", rc);
    if (rc == 0) {
      SgTable table = made.table();
      answer.addProperty("nents", table.nents());
      if (!appends) {
        // The self test looks at one count of a table that grew.
        answer.addProperty("origNents", table.origNents());
      }
    }
    return answer;
  }

  private static List<PageRef> pages(JsonObject input, String name) {
    if (!(input.get(name) instanceof JsonArray pfns)) {
      throw new IllegalArgumentException("no list " + name);
    }
    List<PageRef> pages = new ArrayList<>();
    for (JsonElement pfn : pfns) {
      pages.add(
          new PageRef(
              RecordedPlaces.number(pfn)
                  .orElseThrow(() -> new IllegalArgumentException(name + " has " + pfn)),
              PageBacking.LINEAR));
    }
    return pages;
  }

  private static long number(JsonObject object, String name) {
    return RecordedPlaces.number(object.get(name))
        .orElseThrow(() -> new IllegalArgumentException("no number " + name));
  }
}
