package org.bufferyard.topology;

import java.util.Optional;
import org.bufferyard.topology.model.board.Bus;
import org.bufferyard.topology.model.board.Component;
import org.bufferyard.topology.model.board.Device;
import org.eclipse.emf.ecore.EObject;

/**
 * The way that memory accesses take from a device to memory: the bus that contains it, unless it
 * names another one. {@code drivers/of/address.c: __of_get_dma_parent()}. Stateless.
 */
final class DmaWay {
  private DmaWay() {}

  /** The bus whose windows a device's accesses meet first; empty at the root of the board. */
  static Optional<Bus> parent(Device device) {
    return device.getDmaParent() != null ? Optional.of(device.getDmaParent()) : container(device);
  }

  /** The next bus towards memory; empty at the root of the board. */
  static Optional<Bus> parent(Bus bus) {
    return bus.getDmaParent() != null ? Optional.of(bus.getDmaParent()) : container(bus);
  }

  private static Optional<Bus> container(Component component) {
    return component.eContainer() instanceof Bus bus ? Optional.of(bus) : Optional.empty();
  }

  /** Whether it or anything that contains it is disabled. */
  static boolean isDisabled(Component component) {
    for (EObject at = component; at != null; at = at.eContainer()) {
      if (at instanceof Component c && c.isDisabled()) {
        return true;
      }
    }
    return false;
  }
}
