package org.bufferyard.topology;

import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.draft.DraftNode;
import org.bufferyard.topology.model.board.AddressRange;
import org.bufferyard.topology.model.board.BoardFactory;
import org.bufferyard.topology.model.board.Bus;
import org.bufferyard.topology.model.board.Coherency;
import org.bufferyard.topology.model.board.Component;
import org.bufferyard.topology.model.board.DmaRange;
import org.bufferyard.topology.model.board.Parameter;
import org.bufferyard.topology.model.board.Provenance;

/** Small elements of a board, made from a draft. Stateless. */
final class DraftParts {
  private static final BoardFactory FACTORY = BoardFactory.eINSTANCE;

  private DraftParts() {}

  static AddressRange range(PhysRange range) {
    AddressRange element = FACTORY.createAddressRange();
    element.setBase(range.base());
    element.setSize(range.size());
    return element;
  }

  static void addWindow(Bus bus, DraftNode.Window window) {
    DmaRange element = FACTORY.createDmaRange();
    element.setDma(window.dma());
    element.setParent(window.parent());
    element.setSize(window.size());
    if (window.flags() != 0) {
      element.setFlags(window.flags());
    }
    bus.getDmaRanges().add(element);
  }

  static Parameter parameter(String name, String value) {
    Parameter element = FACTORY.createParameter();
    element.setName(name);
    element.setValue(value);
    return element;
  }

  static Coherency coherency(DraftNode.Coherency said) {
    return switch (said) {
      case UNSAID -> Coherency.INHERITED;
      case COHERENT -> Coherency.COHERENT;
      case NONCOHERENT -> Coherency.NONCOHERENT;
    };
  }

  /** Name, status and provenance. */
  static void name(
      Component component,
      String name,
      org.bufferyard.platform.draft.Provenance from,
      boolean disabled) {
    component.setName(name);
    if (disabled) {
      component.setDisabled(true);
    }
    Provenance provenance = FACTORY.createProvenance();
    provenance.setFile(from.file());
    provenance.setNodePath(from.nodePath());
    component.setProvenance(provenance);
  }
}
