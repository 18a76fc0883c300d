int main() { int planted; }
