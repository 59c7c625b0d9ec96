package org.bufferyard.platform.draft;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bufferyard.api.dma.DmaRange;

/**
 * What an importer made of a file.
 *
 * @param counts what the file holds: plain text, numbers, booleans, lists and maps, ready to be
 *     written; addresses and sizes as hexadecimal text
 * @param dmaRangeMaps node path to {@code dma_range_map}, of every node that names what it is and
 *     gets a map (SEMANTICS A3)
 * @param understood what went into the draft
 * @param ignored what did not, and why
 * @param guessed what went into the draft without the file saying so
 */
public record ImportReport(
    Map<String, Object> counts,
    Map<String, List<DmaRange>> dmaRangeMaps,
    List<Note> understood,
    List<Note> ignored,
    List<Note> guessed) {

  /**
   * A remark about one node.
   *
   * @param node its path
   * @param text one line, starting in lower case
   */
  public record Note(String node, String text) {
    public Note {
      Objects.requireNonNull(node, "node");
      Objects.requireNonNull(text, "text");
    }
  }

  public ImportReport {
    counts = Collections.unmodifiableMap(new LinkedHashMap<>(counts));
    dmaRangeMaps = Collections.unmodifiableMap(new LinkedHashMap<>(dmaRangeMaps));
    understood = List.copyOf(understood);
    ignored = List.copyOf(ignored);
    guessed = List.copyOf(guessed);
  }
}
