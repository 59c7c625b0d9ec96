package org.bufferyard.scenario.share;

import static org.bufferyard.api.dma.DmaAddress.hex;

import java.util.List;
import java.util.Optional;
import org.bufferyard.api.event.DmaEvent;

/**
 * Bytes of a buffer that a cache kept from a reader.
 *
 * @param reader id of the device, or {@link DmaEvent.StaleRead#CPU}
 * @param offset in the buffer, of the first wrong byte; -1 when it lies outside, as in a bounce slot
 * @param wrong number of wrong bytes
 * @param expected the first of them as last written, in hex
 * @param actual the same ones as they were read
 */
public record StaleSpan(
    String reader, long offset, long wrong, String expected, String actual, String why) {

  /** What one of these readers read stale, if it did; later accesses are counted into the first. */
  public static Optional<StaleSpan> of(List<DmaEvent> events, String reader, ExporterSide exporter) {
    DmaEvent.StaleRead first = null;
    long wrong = 0;
    for (DmaEvent event : events) {
      if (event instanceof DmaEvent.StaleRead stale && stale.element().equals(reader)) {
        first = first == null ? stale : first;
        wrong += stale.wrong();
      }
    }
    return first == null
        ? Optional.empty()
        : Optional.of(
            new StaleSpan(
                reader,
                exporter.offsetOf(first.phys()),
                wrong,
                first.expected(),
                first.actual(),
                first.why()));
  }

  /** One clause with the numbers. */
  public String text() {
    return wrong
        + " stale bytes, the first at offset "
        + (offset < 0 ? "unknown" : hex(offset))
        + ": written "
        + expected
        + ", read "
        + actual
        + "; "
        + why;
  }
}
