package org.bufferyard.platform.wiring;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.platform.wiring.PlainWiring.Service;

/** Makes one component: constructor injection, then bind methods. */
final class ComponentActivation {
  private final PlainWiring wiring;
  private final ClassLoader loader;
  private final ComponentDescription description;

  ComponentActivation(PlainWiring wiring, ClassLoader loader, ComponentDescription description) {
    this.wiring = wiring;
    this.loader = loader;
    this.description = description;
  }

  Object activate() {
    try {
      Class<?> type = Class.forName(description.implementation(), true, loader);
      Constructor<?> constructor = constructorOf(type);
      Object[] arguments = new Object[constructor.getParameterCount()];
      Class<?>[] types = constructor.getParameterTypes();
      for (int i = 0; i < arguments.length; i++) {
        arguments[i] = argument(i, types[i]);
      }
      constructor.setAccessible(true);
      Object made = constructor.newInstance(arguments);
      bind(type, made);
      return made;
    } catch (InvocationTargetException e) {
      throw new IllegalStateException(
          description.name() + ": activation failed: " + e.getCause(), e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(description.name() + ": cannot be made: " + e, e);
    }
  }

  static void deactivate(ComponentDescription description, Object component) {
    if (description.deactivate().isEmpty()) {
      return;
    }
    try {
      for (Method method : component.getClass().getDeclaredMethods()) {
        if (method.getName().equals(description.deactivate()) && method.getParameterCount() == 0) {
          method.setAccessible(true);
          method.invoke(component);
        }
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(description.name() + ": deactivation failed", e);
    }
  }

  private Constructor<?> constructorOf(Class<?> type) throws NoSuchMethodException {
    for (Constructor<?> constructor : type.getDeclaredConstructors()) {
      if (constructor.getParameterCount() == description.constructorParameters()
          && fits(constructor)) {
        return constructor;
      }
    }
    throw new NoSuchMethodException(
        "a constructor with " + description.constructorParameters() + " parameters");
  }

  /** Whether each reference's parameter can take its service. */
  private boolean fits(Constructor<?> constructor) {
    Class<?>[] types = constructor.getParameterTypes();
    return description.references().stream()
        .filter(r -> r.parameter() >= 0)
        .allMatch(
            r -> {
              Class<?> type = types[r.parameter()];
              return Collection.class.isAssignableFrom(type)
                  || type == Optional.class
                  || type.getName().equals(r.service());
            });
  }

  private Object argument(int index, Class<?> type) throws ReflectiveOperationException {
    for (ComponentDescription.Reference reference : description.references()) {
      if (reference.parameter() == index) {
        return referred(reference, type);
      }
    }
    if (type == Map.class) {
      return description.properties();
    }
    if (type.isAnnotation()) {
      return propertyType(type);
    }
    throw new NoSuchMethodException(
        "a plain wiring has no " + type.getName() + " for parameter " + index);
  }

  private Object referred(ComponentDescription.Reference reference, Class<?> type) {
    List<Service> services = servicesOf(reference);
    if (Collection.class.isAssignableFrom(type)) {
      return services.stream().map(Service::object).toList();
    }
    Optional<Object> first = services.stream().findFirst().map(Service::object);
    return type == Optional.class ? first : first.orElse(null);
  }

  private List<Service> servicesOf(ComponentDescription.Reference reference) {
    List<Service> services = new ArrayList<>();
    for (Service service : wiring.services(reference.service())) {
      if (matches(reference.target(), service)) {
        services.add(service);
      }
    }
    if (services.isEmpty() && reference.isMandatory()) {
      throw new IllegalStateException(
          description.name()
              + ": nothing on the class path provides "
              + reference.service()
              + " "
              + reference.target());
    }
    return services;
  }

  /** Only the one shape of filter that our components use. */
  private boolean matches(String target, Service service) {
    if (target.isEmpty()) {
      return true;
    }
    String[] parts = target.replaceAll("[()]", "").split("=", 2);
    if (parts.length != 2 || target.lastIndexOf('(') != 0) {
      throw new IllegalStateException(description.name() + ": target " + target);
    }
    return switch (service.properties().get(parts[0])) {
      case String[] values -> List.of(values).contains(parts[1]);
      case null -> false;
      case Object value -> value.toString().equals(parts[1]);
    };
  }

  private void bind(Class<?> type, Object made) throws ReflectiveOperationException {
    for (ComponentDescription.Reference reference : description.references()) {
      if (reference.parameter() >= 0 || reference.bind().isEmpty()) {
        continue;
      }
      List<Service> services = servicesOf(reference);
      int count = reference.isMultiple() ? services.size() : Math.min(1, services.size());
      for (Service service : services.subList(0, count)) {
        bind(type, made, reference, service);
      }
    }
  }

  private void bind(
      Class<?> type, Object made, ComponentDescription.Reference reference, Service service)
      throws ReflectiveOperationException {
    for (Method method : type.getDeclaredMethods()) {
      Class<?>[] types = method.getParameterTypes();
      if (!method.getName().equals(reference.bind())
          || types.length == 0
          || !types[0].isInstance(service.object())) {
        continue;
      }
      method.setAccessible(true);
      if (types.length == 1) {
        method.invoke(made, service.object());
        return;
      }
      if (types.length == 2 && types[1] == Map.class) {
        method.invoke(made, service.object(), service.properties());
        return;
      }
    }
    throw new NoSuchMethodException("bind method " + reference.bind());
  }

  /** A component property type over the component's properties and the type's defaults. */
  private Object propertyType(Class<?> type) {
    return Proxy.newProxyInstance(
        loader,
        new Class<?>[] {type},
        (proxy, method, args) -> {
          Object value = description.properties().get(propertyName(method.getName()));
          return value == null ? method.getDefaultValue() : value;
        });
  }

  /** The specification's mapping of method names, as far as our property types use it. */
  private static String propertyName(String method) {
    return method.replace('_', '.');
  }
}
